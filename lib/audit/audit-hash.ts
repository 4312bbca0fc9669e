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
  return text === null ? null : JSON.stringify(JSON.parse(text), sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
