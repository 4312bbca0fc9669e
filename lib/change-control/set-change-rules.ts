import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import type { ChangeRules } from "../contract/change-rules.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { publishPolicy } from "./publish-policy.ts";
import { readChangeRules } from "./read-change-rules.ts";
import { replaceChangeRules } from "./replace-change-rules.ts";

/** Replaces a cluster's windows and limits as a whole. @throws ProblemError forbidden, not_found */
export async function setChangeRules(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  rules: ChangeRules,
): Promise<void> {
  requirePermission(ctx, "clusters.write", { clusterId });
  await auditedTransaction(services, ctx, async (tx, audit) => {
    if (!(await findClusters(tx, [clusterId])).has(clusterId))
      throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    const before = await readChangeRules(tx, clusterId);
    await replaceChangeRules(tx, clusterId, rules);
    await audit({
      action: "cluster.change-rules-set",
      subjectKind: "cluster",
      subjectId: clusterId,
      clusterId,
      before,
      after: rules,
    });
  });
  await publishPolicy(services);
}
