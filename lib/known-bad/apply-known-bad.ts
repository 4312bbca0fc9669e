import { and, eq } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import type { ControlKnownBad } from "../contract/master-control.ts";
import type { Transaction } from "../platform/database.ts";
import { auditedMark } from "./audited-mark.ts";
import type { Audit } from "./lift-known-bad.ts";

/** On the master's side: a mark that manage tells of. Told once and lifted once, and both are final. */
export async function applyKnownBad(
  { tx, audit, clusterId, nowMs }: AppliedTo,
  { key: orderKey, liftedAtMs, liftedBy, ...mark }: ControlKnownBad,
): Promise<void> {
  const byKey = and(eq(knownBad.orderKey, orderKey), eq(knownBad.clusterId, clusterId));
  const [row] = await tx.select().from(knownBad).where(byKey).for("update");
  if (liftedAtMs !== null) {
    if (!row || row.liftedAtMs !== null) return;
    const lifted = { liftedAtMs: nowMs, liftedBy };
    await tx.update(knownBad).set(lifted).where(eq(knownBad.id, row.id));
    await audit({
      ...{ action: "version.mark-lifted", ...auditedMark(row).subject },
      before: auditedMark(row).values,
    });
    return;
  }
  if (row) return;
  const told = { ...mark, orderKey, clusterId, origin: "remote" as const };
  await tx.insert(knownBad).values(told);
  await audit({
    ...{ action: "version.marked-bad", ...auditedMark(told).subject },
    after: auditedMark(told).values,
  });
}

type AppliedTo = { tx: Transaction; audit: Audit; clusterId: string; nowMs: number };

/** On the manage side: marks that a master has, and that this database forgot when it was restored. */
export async function absorbKnownBad(
  { tx, audit, clusterId }: Pick<AppliedTo, "tx" | "audit" | "clusterId">,
  { key: orderKey, ...mark }: ControlKnownBad,
): Promise<void> {
  const told = { ...mark, orderKey, clusterId, origin: "local" as const };
  await tx.insert(knownBad).values(told);
  await audit({
    ...{ action: "version.marked-bad", ...auditedMark(told).subject },
    after: auditedMark(told).values,
  });
}
