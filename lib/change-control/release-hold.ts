import { eq } from "drizzle-orm";
import { holds } from "../../drizzle/schema/holds.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import { findMachines } from "../machines/find-machines.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { targetText } from "./hold.ts";
import { toHold } from "./list-holds.ts";
import { publishPolicy } from "./publish-policy.ts";

/** Ends a hold before its time. @throws ProblemError forbidden, not_found, conflict */
export async function releaseHold(
  services: Services,
  ctx: RequestContext,
  id: number,
): Promise<void> {
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [row] = await tx.select().from(holds).where(eq(holds.id, id)).for("update");
    const machineId = row?.machineId;
    const machine = machineId ? (await findMachines(tx, [machineId])).get(machineId) : undefined;
    const clusterId = machine?.clusterId ?? row?.clusterId ?? null;
    requirePermission(ctx, "machines.write", clusterId === null ? {} : { clusterId });
    if (!row) throw new ProblemError("not_found", `There is no hold ${id}.`);
    const nowMs = services.now();
    if (row.untilMs <= nowMs) throw new ProblemError("conflict", `Hold ${id} has ended already.`);
    await tx.update(holds).set({ untilMs: nowMs }).where(eq(holds.id, id));
    if (!machine) await hurryMasters(tx, row.clusterId);
    const { target, agentName, owner, reason, untilMs } = toHold(row);
    await audit({
      action: "hold.released",
      subjectKind: "hold",
      subjectId: String(id),
      ...(clusterId === null ? {} : { clusterId }),
      before: { target: targetText(target), agentName: agentName ?? "", owner, reason, untilMs },
    });
  });
  await publishPolicy(services);
}
