import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { ChangeClusterRequest } from "../contract/cluster-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { listRemoteClusters } from "./list-remote-clusters.ts";
import { openAccess } from "./remote-access.ts";
import { requireAdministrator } from "./require-administrator.ts";
import { requireGoodMaster } from "./require-good-master.ts";
import { sealCredential } from "./seal-credential.ts";

type NewMaster = { url: string; credential: string };

/**
 * Another name; for a remote cluster another address of its master, or another credential, which has to
 * work now.
 * @throws ProblemError forbidden, not_found, conflict (it has no remote master), invalid_request
 */
export async function changeCluster(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  change: ChangeClusterRequest,
): Promise<void> {
  requirePermission(ctx, "clusters.write", { clusterId });
  const master = await newMaster(services, ctx, clusterId, change);
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const one = eq(clusters.id, clusterId);
    const [row] = await tx.select().from(clusters).where(one).for("update");
    if (!row) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    const after = { name: change.name ?? row.name, masterUrl: master?.url ?? row.masterUrl };
    await tx.update(clusters).set(after).where(one);
    if (master) {
      const credential = sealCredential(services.env.IFRIT_SECRET, clusterId, master.credential);
      const fresh = { credential, failures: 0, failingSinceMs: null, nextAttemptAtMs: 0 };
      await tx
        .insert(remoteMasters)
        .values({ clusterId, ...fresh })
        .onDuplicateKeyUpdate({ set: fresh });
    }
    const credential = change.credential ? "another" : "the same";
    await audit({
      ...{ action: "cluster.changed", subjectKind: "cluster", subjectId: clusterId, clusterId },
      before: { name: row.name, masterUrl: row.masterUrl },
      after: { ...after, ...(master ? { credential } : {}) },
    });
  });
}

/** null: the master stays as it is. */
async function newMaster(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  { masterUrl, credential }: ChangeClusterRequest,
): Promise<NewMaster | null> {
  if (masterUrl === undefined && credential === undefined) return null;
  requireAdministrator(ctx, clusterId);
  const [cluster] = await listRemoteClusters(services.db, clusterId);
  if (!cluster)
    throw new ProblemError("conflict", `Cluster "${clusterId}" has no master elsewhere.`);
  const known = credential ?? openAccess(services, cluster)?.credential;
  if (!known)
    throw new ProblemError("invalid_request", "The master's credential is needed.", {
      issues: [{ path: "credential", message: "is missing" }],
    });
  const url = masterUrl ?? cluster.url;
  await requireGoodMaster(services, ctx, { id: clusterId, masterUrl: url, credential: known });
  return { url, credential: known };
}
