import { clusters } from "../../drizzle/schema/clusters.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { CreateClusterRequest } from "../contract/console-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { requireGoodMaster } from "./require-good-master.ts";
import { sealCredential } from "./seal-credential.ts";
import { wakeRebuild } from "./wake-rebuild.ts";

/**
 * Adds a cluster: one of this deployment, or one whose master is another, which must answer now.
 * @throws ProblemError forbidden · conflict · invalid_request · unavailable (the master does not
 * answer, or refuses the credential; an issue says which)
 */
export async function createCluster(
  services: Services,
  ctx: RequestContext,
  request: CreateClusterRequest,
): Promise<void> {
  const { id, name, masterUrl, credential } = CreateClusterRequest.parse(request);
  requirePermission(ctx, "clusters.write", { clusterId: id });
  const access = remoteAccess(id, masterUrl, credential);
  if (access) {
    const { url, credential } = access;
    await requireGoodMaster(services, ctx, { id, masterUrl: url, credential });
  }
  try {
    await auditedTransaction(services, ctx, async (tx, audit) => {
      await tx.insert(clusters).values({ id, name, masterUrl, createdAtMs: services.now() });
      if (access) {
        const sealed = sealCredential(services.env.IFRIT_SECRET, id, access.credential);
        await tx.insert(remoteMasters).values({ clusterId: id, credential: sealed });
      }
      const after = { name, masterUrl };
      await audit({
        action: "cluster.created",
        ...{ subjectKind: "cluster", subjectId: id, clusterId: id, after },
      });
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new ProblemError("conflict", `There is a cluster "${id}" already.`, { cause: error });
  }
  await wakeRebuild(services, id);
}

function remoteAccess(clusterId: string, url: string | null, credential: string | undefined) {
  if (url === null) return null;
  if (credential) return { clusterId, url, credential };
  throw new ProblemError("invalid_request", "A remote master needs its credential.", {
    issues: [{ path: "credential", message: "is missing" }],
  });
}

function isDuplicateKey(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause)
    if ((current as { code?: string }).code === "ER_DUP_ENTRY") return true;
  return false;
}
