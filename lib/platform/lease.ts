import { and, eq, sql } from "drizzle-orm";
import { leases } from "../../drizzle/schema/leases.ts";
import type { Database, Transaction } from "./database.ts";

export type Lease = { name: string; holder: string; fence: number };

/** The database's clock in milliseconds: machines' clocks differ, the database has one. */
export const databaseNowMs = sql<number>`CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)`;

/**
 * Takes or renews a lease. null: somebody else holds it. The fence grows whenever the holder changes,
 * so a holder that slept past its lease can be told apart: see holdsLease. Single statements and no
 * transaction, so that many who ask at once cannot deadlock.
 */
export async function takeLease(
  db: Database,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<Lease | null> {
  if (!(await claimLease(db, name, holder, ttlMs))) {
    const [inserted] = await db
      .insert(leases)
      .ignore()
      .values({ name, holder: "", fence: 0, expiresAtMs: 0 });
    if (inserted.affectedRows === 0 || !(await claimLease(db, name, holder, ttlMs))) return null;
  }
  const [row] = await db
    .select({ fence: leases.fence })
    .from(leases)
    .where(and(eq(leases.name, name), eq(leases.holder, holder)));
  return row ? { name, holder, fence: row.fence } : null;
}

/** Assignments run from left to right: the fence is set while the old holder can still be read. */
async function claimLease(
  db: Database,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<boolean> {
  const [result] = await db.execute(sql`
    UPDATE ${leases} SET
      ${leases.fence} = IF(${leases.holder} = ${holder}, ${leases.fence}, ${leases.fence} + 1),
      ${leases.holder} = ${holder},
      ${leases.expiresAtMs} = ${databaseNowMs} + ${ttlMs}
    WHERE ${leases.name} = ${name}
      AND (${leases.holder} = ${holder} OR ${leases.expiresAtMs} <= ${databaseNowMs})`);
  return result.affectedRows === 1;
}

/** A condition for the WHERE of each write that only the lease's holder may make. */
export function holdsLease(lease: Lease) {
  return sql`EXISTS (SELECT 1 FROM ${leases} WHERE ${leases.name} = ${lease.name} AND ${leases.fence} = ${lease.fence} AND ${leases.holder} = ${lease.holder})`;
}

/** Gives a lease back before its time, so that the next holder need not wait. */
export async function releaseLease(db: Database, lease: Lease): Promise<void> {
  await db
    .update(leases)
    .set({ expiresAtMs: 0 })
    .where(
      and(
        eq(leases.name, lease.name),
        eq(leases.holder, lease.holder),
        eq(leases.fence, lease.fence),
      ),
    );
}

export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/**
 * For transactions of many statements: holds the lease's row until the transaction ends, so that
 * nobody can take the lease over meanwhile. (Not FOR SHARE: MariaDB does not know it.)
 * @throws LeaseLostError
 */
export async function requireLease(tx: Transaction, lease: Lease): Promise<void> {
  const [rows] = await tx.execute(
    sql`SELECT 1 FROM ${leases} WHERE ${leases.name} = ${lease.name} AND ${leases.fence} = ${lease.fence} AND ${leases.holder} = ${lease.holder} LOCK IN SHARE MODE`,
  );
  if ((rows as unknown as unknown[]).length === 0)
    throw new LeaseLostError(`lease ${lease.name} went to another holder`);
}
