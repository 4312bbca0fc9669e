import { and, asc, count, inArray, type SQL, sql } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { type ChangeMachinesRequest, machineVerbStatuses } from "../contract/machine-views.ts";
import { machineConditions } from "../fleet-status/list-machines.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { statusAfter } from "./next-status.ts";
import { setMachineStatus } from "./set-machine-status.ts";

export const machinesPerChangeMax = 5_000;

type Asked = Pick<ChangeMachinesRequest, "verb" | "select">;

/** How many machines the verb would change. */
export async function countMachinesToChange(services: Services, asked: Asked): Promise<number> {
  const [row] = await services.db
    .select({ found: count() })
    .from(machines)
    .where(conditions(services, asked));
  return row?.found ?? 0;
}

/**
 * One verb on all of a cluster's machines that match and that it applies to: in one transaction, and
 * only if they are as many as the person who ordered it saw.
 * @throws ProblemError forbidden, conflict, invalid_request
 */
export async function changeMachines(
  services: Services,
  ctx: RequestContext,
  { verb, select, count: seen, remark }: ChangeMachinesRequest,
): Promise<number> {
  requirePermission(ctx, "machines.write", { clusterId: select.cluster });
  return auditedTransaction(services, ctx, async (tx, audit) => {
    const found = await tx
      .select({ id: machines.id, clusterId: machines.clusterId, status: machines.status })
      .from(machines)
      .where(conditions(services, { verb, select }))
      .orderBy(asc(machines.id))
      .limit(machinesPerChangeMax + 1)
      .for("update");
    if (found.length > machinesPerChangeMax)
      throw new ProblemError(
        "invalid_request",
        `At most ${machinesPerChangeMax} machines change at once: narrow the selection.`,
      );
    if (found.length !== seen)
      throw new ProblemError(
        "conflict",
        `${found.length} machines match by now, not ${seen}. Look at them again.`,
      );
    if (found.length === 0) throw new ProblemError("not_found", "No machine matches.");
    const reason = { code: "operator" as const, by: ctx.actor.name, remark, atMs: services.now() };
    await setMachineStatus(tx, audit, found, verb, {
      status: statusAfter(verb),
      statusReason: reason,
    });
    return found.length;
  });
}

/** The list that the person saw, without those that the verb does not apply to. */
function conditions(services: Services, { verb, select }: Asked): SQL | undefined {
  return and(
    ...machineConditions(services, select),
    inArray(machines.status, [...machineVerbStatuses[verb]]),
    // Nobody could prove to be one that has no key.
    verb === "accept" || verb === "unpark" ? sql`${machines.publicKey} <> ''` : undefined,
  );
}
