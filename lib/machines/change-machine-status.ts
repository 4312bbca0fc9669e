import { eq } from "drizzle-orm";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

export type NextMachineStatus = "accepted" | "parked" | "revoked";

/**
 * Parks, revokes or accepts a machine. Masters refuse a blocked one within a few seconds. A revoked
 * machine stays revoked, and what it last reported no longer counts.
 */
export async function changeMachineStatus(
  services: Services,
  ctx: RequestContext,
  machineId: string,
  status: NextMachineStatus,
): Promise<void> {
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [machine] = await tx
      .select({ clusterId: machines.clusterId, status: machines.status })
      .from(machines)
      .where(eq(machines.id, machineId))
      .for("update");
    requirePermission(ctx, "machines.write", machine ? { clusterId: machine.clusterId } : {});
    if (!machine) throw new ProblemError("not_found", `There is no machine "${machineId}".`);
    if (machine.status === "revoked" && status !== "revoked")
      throw new ProblemError("conflict", "A revoked machine cannot come back. Enroll it anew.");
    await tx.update(machines).set({ status }).where(eq(machines.id, machineId));
    if (status === "revoked")
      await tx.delete(machineAgentStates).where(eq(machineAgentStates.machineId, machineId));
    await audit({
      action: "machine.status-changed",
      subjectKind: "machine",
      subjectId: machineId,
      clusterId: machine.clusterId,
      before: { status: machine.status },
      after: { status },
    });
  });
}
