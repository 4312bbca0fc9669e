import { z } from "zod";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ClusterId } from "../contract/names.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { wakeRebuild } from "./wake-rebuild.ts";

export const CreateClusterRequest = z.object({
  id: ClusterId,
  name: z.string().min(1).max(120),
  /** null: this deployment is its master. */
  masterUrl: z.url().max(500).nullable().default(null),
});
export type CreateClusterRequest = z.input<typeof CreateClusterRequest>;

export async function createCluster(
  services: Services,
  ctx: RequestContext,
  request: CreateClusterRequest,
): Promise<void> {
  const { id, name, masterUrl } = CreateClusterRequest.parse(request);
  requirePermission(ctx, "clusters.write", { clusterId: id });
  try {
    await auditedTransaction(services, ctx, async (tx, audit) => {
      await tx.insert(clusters).values({ id, name, masterUrl, createdAtMs: services.now() });
      const after = { name, masterUrl };
      await audit({
        action: "cluster.created",
        subjectKind: "cluster",
        subjectId: id,
        clusterId: id,
        after,
      });
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new ProblemError("conflict", `There is a cluster "${id}" already.`, { cause: error });
  }
  await wakeRebuild(services, id);
}

function isDuplicateKey(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause)
    if ((current as { code?: string }).code === "ER_DUP_ENTRY") return true;
  return false;
}
