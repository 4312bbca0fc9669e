import { and, eq, isNull, or } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import { lockLocalCluster } from "../clusters/lock-local-cluster.ts";
import type { ControlFreeze, ControlHold, MasterControlOrder } from "../contract/master-control.ts";
import { applyKnownBad } from "../known-bad/apply-known-bad.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { targetText } from "./hold.ts";
import { publishPolicy } from "./publish-policy.ts";
import { readChangeRules } from "./read-change-rules.ts";
import { replaceChangeRules } from "./replace-change-rules.ts";
import { shiftControl } from "./shift-control.ts";

type Work = {
  tx: Transaction;
  audit: (entry: AuditEntry) => Promise<void>;
  clusterId: string;
  nowMs: number;
};

/**
 * On the master's side: carries out what manage says of freezes, holds and rules, whole or not at all.
 * What is known changes nothing. INVARIANT: nothing in it lifts a freeze that was ordered here, or
 * frees a cluster that the order is not for.
 * @throws ProblemError conflict
 */
export async function applyControlOrder(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  told: MasterControlOrder,
): Promise<void> {
  const nowMs = services.now();
  const order = shiftControl(told, nowMs - told.nowMs);
  try {
    await auditedTransaction(services, ctx, async (tx, record) => {
      let changed = false;
      const audit = (entry: AuditEntry) => {
        changed = true;
        return record({ ...entry, clusterId });
      };
      const work = { tx, audit, clusterId, nowMs };
      await lockLocalCluster(tx, clusterId);
      for (const freeze of order.freezes) await applyFreeze(work, freeze);
      for (const hold of order.holds) await applyHold(work, hold);
      for (const mark of order.knownBad) await applyKnownBad(work, mark);
      if (order.rules) await applyRules(work, order.rules);
      if (!changed) throw new NothingNew();
    });
  } catch (error) {
    if (error instanceof NothingNew) return;
    throw error;
  }
  await publishPolicy(services);
}

class NothingNew extends Error {
  override readonly name = "NothingNew";
}

async function applyFreeze(work: Work, told: ControlFreeze): Promise<void> {
  const { tx, clusterId } = work;
  const bound = or(isNull(freezes.clusterId), eq(freezes.clusterId, clusterId));
  const byKey = and(eq(freezes.orderKey, told.key), bound);
  const [row] = await tx.select().from(freezes).where(byKey).for("update");
  if (told.liftedAtMs !== null) return liftTold(work, told, row);
  if (row) return;
  const { key: orderKey, origin, owner, reason, sinceMs, untilMs, allowsRollBack } = told;
  const values = { orderKey, clusterId, owner, reason, sinceMs, untilMs, allowsRollBack, origin };
  const [{ insertId }] = await tx.insert(freezes).values(values);
  await work.audit({
    ...{ action: "freeze.ordered", subjectKind: "freeze", subjectId: String(insertId) },
    after: { scope: clusterId, owner, reason, untilMs, allowsRollBack, origin },
  });
}

async function liftTold(
  { tx, audit, clusterId, nowMs }: Work,
  told: ControlFreeze,
  row: typeof freezes.$inferSelect | undefined,
): Promise<void> {
  if (!row) return;
  if (row.origin !== "remote")
    throw new ProblemError(
      "conflict",
      `Freeze ${row.orderKey} was ordered here by ${row.owner}. It is lifted here, by those who run this master.`,
      { issues: [{ path: `freezes.${row.orderKey}`, message: "was ordered here" }] },
    );
  if (row.liftedAtMs !== null) return;
  const lifted = { liftedAtMs: nowMs, liftedBy: told.liftedBy };
  await tx.update(freezes).set(lifted).where(eq(freezes.id, row.id));
  const { owner, reason, untilMs, origin } = row;
  await audit({
    ...{ action: "freeze.lifted", subjectKind: "freeze", subjectId: String(row.id) },
    before: { scope: clusterId, owner, reason, untilMs, origin },
  });
}

async function applyHold({ tx, audit, clusterId, nowMs }: Work, told: ControlHold): Promise<void> {
  const { key: orderKey, target, agentName, owner, reason, untilMs, createdAtMs } = told;
  const byKey = and(eq(holds.orderKey, orderKey), eq(holds.clusterId, clusterId));
  const [row] = await tx.select().from(holds).where(byKey).for("update");
  const seen = { target: targetText(target), agentName: agentName ?? "", owner, reason, untilMs };
  if (untilMs <= nowMs) {
    if (!row || row.untilMs <= nowMs) return;
    await tx.update(holds).set({ untilMs: nowMs }).where(eq(holds.id, row.id));
    await audit({
      ...{ action: "hold.released", subjectKind: "hold", subjectId: String(row.id), before: seen },
    });
    return;
  }
  if (row) return;
  const machineId = "machineId" in target ? target.machineId : null;
  const labels = "labels" in target ? target.labels : null;
  const [{ insertId }] = await tx.insert(holds).values({
    ...{ orderKey, clusterId, origin: "remote", machineId, labels, agentName, owner, reason },
    ...{ untilMs, createdAtMs },
  });
  await audit({
    ...{ action: "hold.placed", subjectKind: "hold", subjectId: String(insertId), after: seen },
  });
}

async function applyRules(
  { tx, audit, clusterId }: Work,
  rules: NonNullable<MasterControlOrder["rules"]>,
): Promise<void> {
  const before = await readChangeRules(tx, clusterId);
  if (JSON.stringify(before) === JSON.stringify(rules)) return;
  await replaceChangeRules(tx, clusterId, rules);
  await audit({
    ...{ action: "cluster.change-rules-set", subjectKind: "cluster", subjectId: clusterId },
    ...{ before, after: rules },
  });
}
