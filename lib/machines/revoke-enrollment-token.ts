import { and, eq } from "drizzle-orm";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

/** Effective with the next enrollment. @throws ProblemError forbidden, not_found, conflict */
export async function revokeEnrollmentToken(
  services: Services,
  ctx: RequestContext,
  { clusterId, tokenId }: { clusterId: string; tokenId: number },
): Promise<void> {
  requirePermission(ctx, "machines.write", { clusterId });
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [token] = await tx
      .select()
      .from(enrollmentTokens)
      .where(and(eq(enrollmentTokens.id, tokenId), eq(enrollmentTokens.clusterId, clusterId)))
      .for("update");
    if (!token)
      throw new ProblemError("not_found", `There is no token ${tokenId} of ${clusterId}.`);
    if (token.revokedAtMs !== null) throw new ProblemError("conflict", "It is revoked already.");
    const revokedAtMs = services.now();
    await tx.update(enrollmentTokens).set({ revokedAtMs }).where(eq(enrollmentTokens.id, tokenId));
    await audit({
      ...{ action: "enrollment-token.revoked", subjectKind: "enrollment-token" },
      ...{ subjectId: String(tokenId), clusterId, before: { label: token.label } },
    });
  });
}
