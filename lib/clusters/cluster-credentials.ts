import { eq } from "drizzle-orm";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import {
  type CreateCredentialRequest,
  CredentialCreated,
  CredentialList,
  type CredentialView,
} from "../contract/cluster-views.ts";
import { MasterRevoked, MasterStatus } from "../contract/master-api.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster } from "./ask-master.ts";
import { atMaster } from "./at-master.ts";
import { createMasterCredential } from "./create-master-credential.ts";
import { listMasterCredentials } from "./list-master-credentials.ts";
import { findAccess } from "./remote-access.ts";
import { requireAdministrator } from "./require-administrator.ts";
import { revokeMasterCredential } from "./revoke-master-credential.ts";
import { sealCredential } from "./seal-credential.ts";

/** Calls that are on their way with the old secret still arrive. */
const graceSeconds = 60;

/** A cluster's credentials, wherever its master is. @throws ProblemError forbidden, unavailable */
export async function listCredentials(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
): Promise<CredentialView[]> {
  requireAdministrator(ctx, clusterId);
  const here = async () => ({ credentials: await listMasterCredentials(services, clusterId) });
  const there = { method: "GET", path: "credentials", answer: CredentialList } as const;
  return (await atMaster(services, ctx, clusterId, here, there)).credentials;
}

/** One more: for another manage, or to be brought here by hand. */
export async function createCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  request: CreateCredentialRequest,
): Promise<CredentialCreated> {
  requireAdministrator(ctx, clusterId);
  const here = () => createMasterCredential(services, ctx, clusterId, request);
  const there = { method: "POST", path: "credentials", answer: CredentialCreated } as const;
  return atMaster(services, ctx, clusterId, here, { ...there, json: request });
}

/** The one that is in use here is refused: replace it. */
export async function revokeCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  id: number,
): Promise<void> {
  requireAdministrator(ctx, clusterId);
  const here = async () => {
    await revokeMasterCredential(services, ctx, clusterId, id);
    return { revoked: true };
  };
  const there = { method: "DELETE", path: `credentials/${id}`, answer: MasterRevoked } as const;
  await atMaster(services, ctx, clusterId, here, there);
}

/**
 * Replaces the credential by which a remote master is reached: the new one is made, tried and kept
 * before the old one ends, and for a minute both are good. Killed in between, the old one still works.
 * @throws ProblemError forbidden, conflict, unavailable
 */
export async function rotateCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
): Promise<void> {
  requireAdministrator(ctx, clusterId);
  const access = await findAccess(services, clusterId);
  const all = await listCredentials(services, ctx, clusterId);
  const old = all.find(({ isCurrent }) => isCurrent);
  if (!old) throw new ProblemError("conflict", "The master does not say which credential is ours.");
  const { createdAtMs, expiresAtMs } = old;
  const ttlSeconds = expiresAtMs === null ? null : Math.ceil((expiresAtMs - createdAtMs) / 1000);
  const label = old.label || "manage";
  const { credential } = await createCredential(services, ctx, clusterId, {
    ...{ label, scope: "orders", ttlSeconds },
  });
  const fresh = { ...access, credential };
  await askMaster(fresh, { method: "GET", path: "status", answer: MasterStatus });
  await keep(services, ctx, clusterId, credential);
  const path = `credentials/${old.id}?graceSeconds=${graceSeconds}`;
  await askMaster(fresh, { method: "DELETE", path, answer: MasterRevoked, by: ctx });
}

/** In the place of the old one, with who did it. */
async function keep(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  credential: string,
): Promise<void> {
  const sealed = sealCredential(services.env.IFRIT_SECRET, clusterId, credential);
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const one = eq(remoteMasters.clusterId, clusterId);
    const [held] = await tx.select().from(remoteMasters).where(one).for("update");
    if (!held) throw new ProblemError("not_found", `Cluster "${clusterId}" has no remote master.`);
    await tx.update(remoteMasters).set({ credential: sealed }).where(one);
    await audit({
      ...{ action: "master-credential.rotated", subjectKind: "cluster" },
      ...{ subjectId: clusterId, clusterId },
    });
  });
}
