import { asc, eq, gt, isNull, lte, or, sql } from "drizzle-orm";
import type { RowDataPacket } from "mysql2/promise";
import { auditChain, auditHeads } from "../../drizzle/schema/audit-heads.ts";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import type { Services } from "../platform/services.ts";
import { auditRowHash, type ChainedRow, noHash } from "./audit-hash.ts";
import { type AuditHead, headIsGenuine } from "./audit-head.ts";
import { loadAuditKey } from "./audit-key.ts";
import { readWitness } from "./audit-witness.ts";

export type AuditFault = {
  /** Place in the chain; null: a row that has none, or the end itself. */
  seq: number | null;
  /** Of the row, where there is one. */
  id: number | null;
  reason:
    | "changed"
    | "missing"
    | "outOfOrder"
    | "notLinked"
    | "cutOff"
    | "headMismatch"
    | "headForged"
    | "endGone";
};
export type AuditVerdict = {
  rows: number;
  lastSeq: number;
  heads: number;
  fault: AuditFault | null;
};

const pageRows = 5_000;

/**
 * Recomputes the chain from `from` on (its row before is then taken as it stands) and compares it
 * with every signed head. Names the first row that is not as it was written.
 * @throws KeyFileError when there is no key to check signatures with
 */
export async function verifyAudit(
  services: Services,
  { from = 1 }: { from?: number } = {},
): Promise<AuditVerdict> {
  const [end] = await services.db.select().from(auditChain).where(eq(auditChain.id, 1));
  if (!end) return { rows: 0, lastSeq: 0, heads: 0, fault: fault("endGone", null) };
  const kept = await services.db
    .select()
    .from(auditHeads)
    .where(lte(auditHeads.seq, end.seq))
    .orderBy(asc(auditHeads.seq));
  const witness = await readWitness(services.env.IFRIT_DATA_DIR);
  const heads = [...kept, end, ...(witness ? [witness] : [])].filter(({ seq }) => seq > 0);
  const { publicKey } = await loadAuditKey(services.env.IFRIT_DATA_DIR);
  const forged = heads.find((head) => !headIsGenuine(head, publicKey));
  const walk = await walkChain(services, from, end.seq, heads);
  const found =
    walk.fault ??
    (forged ? fault("headForged", forged.seq) : null) ??
    (witness && witness.seq > end.seq ? fault("cutOff", end.seq + 1) : null) ??
    (await findNotLinked(services, end.seq));
  return { rows: walk.rows, lastSeq: walk.lastSeq, heads: heads.length, fault: found };
}

type Walk = { rows: number; lastSeq: number; fault: AuditFault | null };

/** Rows written after the end was read are left for the next time. */
async function walkChain(
  { pool }: Services,
  from: number,
  endSeq: number,
  heads: readonly AuditHead[],
): Promise<Walk> {
  const vouched = new Map<number, string[]>();
  for (const { seq, hash } of heads) vouched.set(seq, [...(vouched.get(seq) ?? []), hash]);
  let previous = await hashBefore(pool, from);
  let [lastSeq, rows] = [from - 1, 0];
  const stop = (found: AuditFault): Walk => ({ rows, lastSeq, fault: found });
  // The database reads the next page while this one is hashed.
  let next = readPage(pool, from, endSeq, 0);
  for (;;) {
    const page = await next;
    const full = page.length === pageRows;
    if (full) next = readPage(pool, from, endSeq, page.at(-1)!.id);
    // Awaited above, unless a fault is found first.
    next.catch(() => undefined);
    for (const row of page) {
      if (row.seq !== lastSeq + 1) return stop(misplaced(row, lastSeq));
      const hash = recompute(previous, row);
      if (hash !== row.hash) return stop(fault("changed", row.seq, row.id));
      if (vouched.get(row.seq)?.some((one) => one !== hash))
        return stop(fault("headMismatch", row.seq, row.id));
      previous = hash;
      lastSeq = row.seq;
      rows += 1;
    }
    if (!full) break;
  }
  return lastSeq < endSeq && endSeq >= from
    ? stop(fault("cutOff", lastSeq + 1))
    : { rows, lastSeq, fault: null };
}

function misplaced(row: StoredRow, lastSeq: number): AuditFault {
  return row.seq > lastSeq + 1
    ? fault("missing", lastSeq + 1)
    : fault("outOfOrder", row.seq, row.id);
}

function recompute(previous: string, row: StoredRow): string | null {
  try {
    return auditRowHash(previous, row);
  } catch {
    // No JSON any more.
    return null;
  }
}

type StoredRow = ChainedRow & { id: number; hash: string };

async function readPage(
  pool: Services["pool"],
  from: number,
  endSeq: number,
  afterId: number,
): Promise<StoredRow[]> {
  const [rows] = await pool.query<(StoredRow & RowDataPacket)[]>(
    `SELECT id, seq, at_ms AS atMs, actor_kind AS actorKind, actor, action,
       subject_kind AS subjectKind, subject_id AS subjectId, cluster_id AS clusterId,
       request_id AS requestId, source, CAST(\`before\` AS CHAR) AS \`before\`,
       CAST(\`after\` AS CHAR) AS \`after\`, hash
     FROM audit_log WHERE id > ? AND seq BETWEEN ? AND ? ORDER BY id LIMIT ?`,
    [afterId, from, endSeq, pageRows],
  );
  return rows;
}

async function hashBefore(pool: Services["pool"], from: number): Promise<string> {
  if (from <= 1) return noHash;
  const [rows] = await pool.query<RowDataPacket[]>("SELECT hash FROM audit_log WHERE seq = ?", [
    from - 1,
  ]);
  return (rows[0]?.hash as string | undefined) ?? noHash;
}

/** Rows that were put in past the chain: without a place in it, or beyond its end as it is now. */
async function findNotLinked({ db }: Services, endSeq: number): Promise<AuditFault | null> {
  if (endSeq === 0) return null;
  const presentEnd = sql`(SELECT ${auditChain.seq} FROM ${auditChain} WHERE ${auditChain.id} = 1)`;
  const [first] = await db
    .select({ id: auditLog.id, seq: auditLog.seq })
    .from(auditLog)
    .where(or(isNull(auditLog.seq), gt(auditLog.seq, presentEnd)))
    .orderBy(asc(auditLog.id))
    .limit(1);
  return first ? fault("notLinked", first.seq, first.id) : null;
}

function fault(
  reason: AuditFault["reason"],
  seq: number | null,
  id: number | null = null,
): AuditFault {
  return { seq, id, reason };
}
