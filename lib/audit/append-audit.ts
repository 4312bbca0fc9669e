import { asc, desc, eq, isNull } from "drizzle-orm";
import { auditChain, auditHeads } from "../../drizzle/schema/audit-heads.ts";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import type { Transaction } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { auditRowHash, type ChainedRow } from "./audit-hash.ts";
import { type AuditHead, signHead } from "./audit-head.ts";

export type NewAuditRow = Omit<ChainedRow, "seq" | "before" | "after"> & {
  actorKind: "user" | "machine" | "system";
  before: unknown;
  after: unknown;
};

type End = { seq: number; hash: string };

/** A head is kept after so many rows … */
const headRows = 100;
/** … and once in so long. */
const headMs = 60_000;

/**
 * Links rows to the chain. The lock on its end is taken here and held until the commit, so this is
 * the last thing that a transaction does: writes queue for milliseconds, and cannot deadlock on it.
 */
export async function appendAudit(
  services: Services,
  tx: Transaction,
  rows: readonly NewAuditRow[],
): Promise<AuditHead> {
  const [end] = await tx.select().from(auditChain).where(eq(auditChain.id, 1)).for("update");
  if (!end) throw new Error("the end of the audit chain is gone: no write can be recorded");
  let last: End = end.seq === 0 ? await sealFormerRows(tx) : end;
  const values = rows.map((row) => {
    const linked = link(last, row);
    last = linked;
    return linked;
  });
  await tx.insert(auditLog).values(values);
  const head = await signHead(services, { seq: last.seq, hash: last.hash, atMs: services.now() });
  await tx.update(auditChain).set(head).where(eq(auditChain.id, 1));
  await keepHead(tx, head);
  return head;
}

/** The JSON text is what the database gets: an undefined member must not count in the hash. */
function link(last: End, row: NewAuditRow) {
  const seq = last.seq + 1;
  const before = jsonText(row.before);
  const after = jsonText(row.after);
  const hash = auditRowHash(last.hash, { ...row, seq, before, after });
  return { ...row, seq, hash };
}

const jsonText = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** Rows from before there was a chain are its first links, as they are found. Once. */
async function sealFormerRows(tx: Transaction): Promise<End> {
  let last: End = { seq: 0, hash: "0".repeat(64) };
  const former = await tx
    .select()
    .from(auditLog)
    .where(isNull(auditLog.seq))
    .orderBy(asc(auditLog.id));
  for (const row of former) {
    last = link(last, { ...row, before: parsed(row.before), after: parsed(row.after) });
    const { seq, hash } = last;
    await tx.update(auditLog).set({ seq, hash }).where(eq(auditLog.id, row.id));
  }
  return last;
}

/** Some databases give JSON out as text. Rows hold objects and null, never a bare string. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : (value ?? null);
}

async function keepHead(tx: Transaction, head: AuditHead): Promise<void> {
  const [kept] = await tx.select().from(auditHeads).orderBy(desc(auditHeads.seq)).limit(1);
  const due = !kept || head.seq >= kept.seq + headRows || head.atMs >= kept.atMs + headMs;
  if (due) await tx.insert(auditHeads).values(head);
}
