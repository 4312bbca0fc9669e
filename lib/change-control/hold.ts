import { randomUUID } from "node:crypto";
import { holds } from "../../drizzle/schema/holds.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { CreateHoldRequest, HoldView } from "../contract/change-control.ts";
import { findMachines } from "../machines/find-machines.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { publishPolicy } from "./publish-policy.ts";

/**
 * Leaves a machine, or all machines with some labels, out of changes until a moment that has to be
 * named: a hold that nobody remembers ends by itself.
 * @throws ProblemError forbidden, invalid_request, not_found
 */
export async function hold(
  services: Services,
  ctx: RequestContext,
  request: CreateHoldRequest,
): Promise<HoldView> {
  const { target, agentName, reason, untilMs } = request;
  const createdAtMs = services.now();
  if (untilMs <= createdAtMs) throw invalid("untilMs", "has to be in the future");
  if ("labels" in target && Object.keys(target.labels).length === 0)
    throw invalid("target.labels", "name a label; to hold everything, freeze");
  const owner = request.owner ?? ctx.actor.name;
  const id = await auditedTransaction(services, ctx, async (tx, audit) => {
    const machineId = "machineId" in target ? target.machineId : null;
    const machine = machineId ? (await findMachines(tx, [machineId])).get(machineId) : undefined;
    requirePermission(ctx, "machines.write", machine ? { clusterId: machine.clusterId } : {});
    if (machineId && !machine)
      throw new ProblemError("not_found", `There is no machine "${machineId}".`);
    const labels = "labels" in target ? target.labels : null;
    const [inserted] = await tx
      .insert(holds)
      .values({
        ...{ machineId, labels, agentName, owner, reason, createdAtMs, untilMs },
        orderKey: randomUUID(),
      })
      .$returningId();
    await audit({
      action: "hold.placed",
      subjectKind: "hold",
      subjectId: String(inserted!.id),
      ...(machine ? { clusterId: machine.clusterId } : {}),
      after: { target: targetText(target), agentName: agentName ?? "", owner, reason, untilMs },
    });
    return inserted!.id;
  });
  await publishPolicy(services);
  return { id, target, agentName, owner, reason, untilMs, createdAtMs };
}

/** "m-1", or "team=search, zone=a". */
export function targetText(target: HoldView["target"]): string {
  if ("machineId" in target) return target.machineId;
  return Object.entries(target.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

function invalid(path: string, message: string): ProblemError {
  return new ProblemError("invalid_request", `The hold is not valid. ${path}: ${message}`, {
    issues: [{ path, message }],
  });
}
