import { currentConfig } from "../access/current-config.ts";
import { listClusterViews } from "../clusters/cluster-views.ts";
import type { ApprovalReason } from "../contract/approval-views.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { limitsPassed } from "./limits-passed.ts";

/** Which limits of the configuration this plan passes. The set-up's own releases pass none. */
export async function approvalReasons(
  services: Services,
  ctx: RequestContext,
  plan: ReleasePlan,
): Promise<ApprovalReason[]> {
  if (ctx.actor.kind === "system") return [];
  const { approval } = currentConfig(services).config;
  const counted = approval.shareMax === undefined ? [] : await listClusterViews(services);
  const machinesOf = new Map(counted.map(({ id, machines }) => [id, machines.total]));
  return limitsPassed(approval, plan, machinesOf);
}
