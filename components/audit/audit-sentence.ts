import { auditActions } from "@/lib/contract/audit-actions.ts";
import type { AuditEntryView } from "@/lib/contract/console-views.ts";

/** Written by earlier versions: their rows stay in the log. */
const formerActions = ["release.waits-for-approval", "release.cluster-rolled-back"] as const;

/** The actions that have a sentence of their own in every language: all. */
export const sentenceActions = [...auditActions, ...formerActions] as const;
export type SentenceAction = (typeof sentenceActions)[number];

type CamelCase<S extends string> = S extends `${infer A}.${infer B}`
  ? `${CamelCase<A>}${Capitalize<CamelCase<B>>}`
  : S extends `${infer A}-${infer B}`
    ? `${A}${Capitalize<CamelCase<B>>}`
    : S;
export type SentenceKey = CamelCase<SentenceAction>;

/** The message key of an action ("release.rolled-back" → "releaseRolledBack"); null: not known here. */
export function auditSentenceKey(action: string): SentenceKey | null {
  if (!sentenceActions.some((known) => known === action)) return null;
  return action.replace(/[.-]([a-z])/g, (_, letter: string) => letter.toUpperCase()) as SentenceKey;
}

type SentenceValues = Record<string, string | number>;

/** Values that a sentence may name; rows that lack one (older rows, other kinds) give nothing for it. */
const blank: SentenceValues = {
  before_status: "",
  before_label: "",
  before_agentName: "",
  before_version: "",
  before_platform: "",
  before_owner: "",
  before_reason: "",
  after_status: "",
  after_owner: "",
  after_reason: "",
  after_hostname: "",
  after_label: "",
  after_code: "",
  after_uses: 0,
  after_role: "",
  after_agentName: "",
  after_version: "",
};

/**
 * What an audit row's sentence is filled with: the row's own columns, and the plain values of what
 * was before and after, as "before_…" and "after_…".
 */
export function auditSentenceValues(entry: AuditEntryView): SentenceValues {
  return {
    ...blank,
    ...plainValues("before", entry.before),
    ...plainValues("after", entry.after),
    subject: entry.subjectId,
    cluster: entry.clusterId ?? "",
  };
}

function plainValues(prefix: string, value: unknown): SentenceValues {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const plain: SentenceValues = {};
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === "string" || typeof each === "number") plain[`${prefix}_${key}`] = each;
  }
  return plain;
}

/** Where the thing that was written can be looked at; null: nowhere (any more). */
export function auditSubjectHref(entry: AuditEntryView): string | null {
  const id = encodeURIComponent(entry.subjectId);
  switch (entry.subjectKind) {
    case "release":
      return `/releases/${id}`;
    case "machine":
      return `/machines/${id}`;
    case "package":
      return `/agents/${encodeURIComponent(entry.subjectId.split("@")[0] ?? "")}`;
    case "agent":
      return `/agents/${id}`;
    case "cluster":
      return `/machines?cluster=${id}`;
    default:
      return null;
  }
}
