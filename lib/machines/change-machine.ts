import { eq } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { MachineStatusView, MachineVerb } from "../contract/machine-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { nextStatus } from "./next-status.ts";
import { setMachineStatus } from "./set-machine-status.ts";

export type MachineChange = {
  machineId: string;
  verb: MachineVerb;
  remark: string;
  /** A machine of any other one is as good as none. */
  clusterId?: string;
};

/**
 * Accepts, parks, unparks, revokes or renews a machine. Masters refuse a blocked one within a few
 * seconds, whatever token it holds.
 * @throws ProblemError forbidden, not_found, conflict
 */
export async function changeMachine(
  services: Services,
  ctx: RequestContext,
  { machineId, verb, remark, clusterId }: MachineChange,
): Promise<MachineStatusView> {
  return auditedTransaction(services, ctx, async (tx, audit) => {
    const [machine] = await tx
      .select()
      .from(machines)
      .where(eq(machines.id, machineId))
      .for("update");
    requirePermission(ctx, "machines.write", machine ? { clusterId: machine.clusterId } : {});
    if (!machine || (clusterId ?? machine.clusterId) !== machine.clusterId)
      throw new ProblemError("not_found", `There is no machine "${machineId}".`);
    const next = nextStatus(verb, machine);
    if (typeof next === "string") throw new ProblemError("conflict", next);
    const code = verb === "renew" ? ("renewal" as const) : ("operator" as const);
    const statusReason = { code, by: ctx.actor.name, remark, atMs: services.now() };
    await setMachineStatus(tx, audit, [machine], verb, { ...next, statusReason });
    return { id: machineId, status: next.status, statusReason };
  });
}
