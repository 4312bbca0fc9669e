import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashCredential, makeCredential } from "./seal-credential.ts";

/**
 * On the master's side: a new secret that lets a manage give orders to this cluster. It is in the
 * answer and nowhere else.
 * @throws ProblemError not_found, conflict (the cluster's master is another deployment)
 */
export async function createMasterCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
): Promise<string> {
  requirePermission(ctx, "clusters.write", { clusterId });
  const credential = makeCredential();
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [cluster] = await tx.select().from(clusters).where(eq(clusters.id, clusterId));
    if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    if (cluster.masterUrl !== null)
      throw new ProblemError("conflict", `The master of "${clusterId}" is ${cluster.masterUrl}.`);
    const [inserted] = await tx
      .insert(masterCredentials)
      .values({
        ...{ clusterId, secretHash: hashCredential(credential) },
        ...{ createdBy: ctx.actor.name, createdAtMs: services.now() },
      })
      .$returningId();
    await audit({
      action: "master-credential.created",
      ...{ subjectKind: "master-credential", subjectId: String(inserted!.id), clusterId },
    });
  });
  return credential;
}
