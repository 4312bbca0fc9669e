import { and, eq } from "drizzle-orm";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { requireAdministrator } from "./require-administrator.ts";

/**
 * On the master's side: a credential is good for nothing any more, at once, or after a grace in which
 * calls that are on their way still arrive. Revoked twice, it stays revoked.
 * @throws ProblemError forbidden, not_found
 */
export async function revokeMasterCredential(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  id: number,
  graceSeconds = 0,
): Promise<void> {
  requireAdministrator(ctx, clusterId);
  const nowMs = services.now();
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const one = and(eq(masterCredentials.id, id), eq(masterCredentials.clusterId, clusterId));
    const [row] = await tx.select().from(masterCredentials).where(one).for("update");
    if (!row) throw new ProblemError("not_found", `Cluster ${clusterId} has no credential ${id}.`);
    const endsAtMs = nowMs + graceSeconds * 1000;
    const change =
      graceSeconds === 0
        ? { revokedAtMs: row.revokedAtMs ?? nowMs }
        : { expiresAtMs: Math.min(row.expiresAtMs ?? endsAtMs, endsAtMs) };
    await tx.update(masterCredentials).set(change).where(one);
    const { label, scope } = row;
    await audit({
      ...{ action: "master-credential.revoked", subjectKind: "master-credential" },
      ...{ subjectId: String(id), clusterId, before: { label, scope }, after: change },
    });
  });
}
