import { createHash } from "node:crypto";

/** What is hashed of a row; `before` and `after` as JSON text, or null. */
export type ChainedRow = {
  seq: number;
  atMs: number;
  actorKind: string;
  actor: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  clusterId: string | null;
  requestId: string;
  source: string;
  before: string | null;
  after: string | null;
};

/** The hash before the first row. */
export const noHash = "0".repeat(64);

/**
 * SHA-256, in hex, over the hash of the row before, a line feed, and the row as a JSON array in the
 * order below. Never change it: every row that was ever written would be a forgery.
 */
export function auditRowHash(previous: string, row: ChainedRow): string {
  const text = JSON.stringify([
    ...[row.seq, row.atMs, row.actorKind, row.actor, row.action, row.subjectKind],
    ...[row.subjectId, row.clusterId, row.requestId, row.source],
    ...[canonicalJson(row.before), canonicalJson(row.after)],
  ]);
  return createHash("sha256").update(`${previous}\n${text}`).digest("hex");
}

/** The same text however the database keeps JSON: MySQL sorts keys in its own way and drops spaces. */
export function canonicalJson(text: string | null): string | null {
  return text === null ? null : withSortedKeys(JSON.parse(text));
}

/** By hand: a replacer of JSON.stringify costs three times as much, and a log has millions of rows. */
function withSortedKeys(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(withSortedKeys).join(",")}]`;
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${withSortedKeys(object[key])}`);
  return `{${members.join(",")}}`;
}
