import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { CreateCredentialRequest, type CredentialCreated } from "../contract/cluster-views.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { requireAdministrator } from "./require-administrator.ts";
import { hashCredential, makeCredential } from "./seal-credential.ts";

/**
 * On the master's side: a new secret that lets a manage give orders to this cluster. It is in the
 * answer and nowhere else.
 * @throws ProblemError forbidden, not_found, conflict (the cluster's master is another deployment)
 */
export async function createMasterCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  request: Partial<CreateCredentialRequest> = {},
): Promise<CredentialCreated> {
  requireAdministrator(ctx, clusterId);
  const { label, scope, ttlSeconds } = CreateCredentialRequest.parse(request);
  const credential = makeCredential();
  const createdAtMs = services.now();
  const expiresAtMs = ttlSeconds === null ? null : createdAtMs + ttlSeconds * 1000;
  const id = await auditedTransaction(services, ctx, async (tx, audit) => {
    await requireLocal(tx, clusterId);
    const [{ insertId }] = await tx.insert(masterCredentials).values({
      ...{ clusterId, label, scope, secretHash: hashCredential(credential) },
      ...{ createdBy: ctx.actor.name, createdAtMs, expiresAtMs },
    });
    await audit({
      ...{ action: "master-credential.created", subjectKind: "master-credential" },
      ...{ subjectId: String(insertId), clusterId, after: { label, scope, expiresAtMs } },
    });
    return insertId;
  });
  return { id, credential, expiresAtMs };
}

async function requireLocal(tx: Transaction, clusterId: string): Promise<void> {
  const [cluster] = await tx.select().from(clusters).where(eq(clusters.id, clusterId));
  if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
  if (cluster.masterUrl !== null)
    throw new ProblemError("conflict", `The master of "${clusterId}" is ${cluster.masterUrl}.`);
}
