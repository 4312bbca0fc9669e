import type { AuditEntryView } from "@/lib/contract/console-views.ts";

/** The actions that have a sentence of their own in every language. */
export const sentenceActions = [
  "cluster.created",
  "cluster.change-rules-set",
  "cluster.changed",
  "cluster.removed",
  "master-credential.created",
  "master-credential.revoked",
  "master-credential.rotated",
  "freeze.ordered",
  "freeze.lifted",
  "hold.placed",
  "hold.released",
  "enrollment-token.created",
  "enrollment-token.revoked",
  "enrollment.refused",
  "machine.enrolled",
  "machine.status-changed",
  "machine.cloned",
  "machine.counter-went-back",
  "machine.refused",
  "package.uploaded",
  "package.signed",
  "package.deleted",
  "version.marked-bad",
  "version.mark-lifted",
  "release.created",
  "release.started",
  "release.stage-opened",
  "release.opened-to-cluster",
  "release.paused",
  "release.continued",
  "release.continued-with-everything",
  "release.waits-for-person",
  "release.waits-for-approval",
  "release.cluster-converging",
  "release.cluster-converged",
  "release.cluster-verified",
  "release.cluster-rolled-back",
  "release.completed",
  "release.rolled-back",
  "release.aborted",
  "release.order-applied",
  "user.created",
  "user.password-changed",
  "user.signed-in",
  "user.signed-out",
  "user.sessions-ended",
  "user.changed",
  "user.identity-linked",
  "user.identity-unlinked",
  "api-token.created",
  "api-token.revoked",
  "release.approval-asked",
  "release.approved",
  "release.denied",
  "release.approval-expired",
  "user.sign-in-refused",
] as const;
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
