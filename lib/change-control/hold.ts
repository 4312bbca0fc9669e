import { randomUUID } from "node:crypto";
import { holds } from "../../drizzle/schema/holds.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { clusterOfMachine } from "../clusters/cluster-of-machine.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { CreateHoldRequest, HoldView } from "../contract/change-control.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { publishPolicy } from "./publish-policy.ts";

/**
 * Leaves a machine, or all machines with some labels, out of changes until a moment that has to be
 * named: a hold that nobody remembers ends by itself.
 * @throws ProblemError forbidden, invalid_request, not_found · unavailable: the machine may be in a
 * cluster whose master does not answer
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
  const machineId = "machineId" in target ? target.machineId : null;
  const place = machineId === null ? null : await clusterOfMachine(services, machineId);
  requirePermission(ctx, "machines.write", place ? { clusterId: place.clusterId } : {});
  const id = await auditedTransaction(services, ctx, async (tx, audit) => {
    const labels = "labels" in target ? target.labels : null;
    const [inserted] = await tx
      .insert(holds)
      .values({
        ...{ machineId, labels, agentName, owner, reason, createdAtMs, untilMs },
        ...{ clusterId: place?.isHere === false ? place.clusterId : null },
        orderKey: randomUUID(),
      })
      .$returningId();
    if (place?.isHere !== true) await hurryMasters(tx, place?.clusterId ?? null);
    await audit({
      action: "hold.placed",
      subjectKind: "hold",
      subjectId: String(inserted!.id),
      ...(place ? { clusterId: place.clusterId } : {}),
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
