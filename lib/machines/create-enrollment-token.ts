import { createHash, randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

export type NewEnrollmentToken = {
  clusterId: string;
  label: string;
  uses: number;
  ttlSeconds: number;
};

/** The token is in the answer and nowhere else: only its hash is kept. */
export async function createEnrollmentToken(
  services: Services,
  ctx: RequestContext,
  { clusterId, label, uses, ttlSeconds }: NewEnrollmentToken,
): Promise<{ token: string; expiresAtMs: number }> {
  requirePermission(ctx, "machines.write", { clusterId });
  const token = `ife1_${randomBytes(24).toString("base64url")}`;
  const createdAtMs = services.now();
  const expiresAtMs = createdAtMs + ttlSeconds * 1000;
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [cluster] = await tx
      .select({ id: clusters.id })
      .from(clusters)
      .where(eq(clusters.id, clusterId));
    if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    const [inserted] = await tx
      .insert(enrollmentTokens)
      .values({
        clusterId,
        label,
        tokenHash: hashEnrollmentToken(token),
        usesLeft: uses,
        expiresAtMs,
        createdBy: ctx.actor.name,
        createdAtMs,
      })
      .$returningId();
    await audit({
      action: "enrollment-token.created",
      subjectKind: "enrollment-token",
      subjectId: String(inserted!.id),
      clusterId,
      after: { label, uses, expiresAtMs },
    });
  });
  return { token, expiresAtMs };
}

export function hashEnrollmentToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
