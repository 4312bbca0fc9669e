import { createHash, randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { isNetwork } from "../platform/networks.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

export type NewEnrollmentToken = {
  clusterId: string;
  label: string;
  /** null: as often as one likes. */
  uses: number | null;
  ttlSeconds: number;
  /** From where it is taken; none: from anywhere. */
  networks?: string[];
  /** What its machines are labelled with. */
  labels?: Record<string, string>;
  accept?: "automatic" | "byHand";
};

/**
 * The token is in the answer and nowhere else: only its hash is kept.
 * @throws ProblemError forbidden, not_found, invalid_request
 */
export async function createEnrollmentToken(
  services: Services,
  ctx: RequestContext,
  asked: NewEnrollmentToken,
): Promise<{ token: string; expiresAtMs: number }> {
  const { clusterId, label, uses, ttlSeconds } = asked;
  const { networks = [], labels = {}, accept = "automatic" } = asked;
  requirePermission(ctx, "machines.write", { clusterId });
  refuseBadNetworks(networks);
  const token = `ife1_${randomBytes(24).toString("base64url")}`;
  const createdAtMs = services.now();
  const expiresAtMs = createdAtMs + ttlSeconds * 1000;
  const limits = { networks, labels, accept };
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [cluster] = await tx
      .select({ id: clusters.id })
      .from(clusters)
      .where(eq(clusters.id, clusterId));
    if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    const [inserted] = await tx
      .insert(enrollmentTokens)
      .values({
        ...{ clusterId, label, ...limits, usesLeft: uses },
        tokenHash: hashEnrollmentToken(token),
        ...{ expiresAtMs, createdBy: ctx.actor.name, createdAtMs },
      })
      .$returningId();
    await audit({
      ...{ action: "enrollment-token.created", subjectKind: "enrollment-token" },
      ...{ subjectId: String(inserted!.id), clusterId },
      after: { label, uses, expiresAtMs, ...limits },
    });
  });
  return { token, expiresAtMs };
}

export function hashEnrollmentToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function refuseBadNetworks(networks: readonly string[]): void {
  const at = networks.findIndex((text) => !isNetwork(text));
  if (at < 0) return;
  throw new ProblemError("invalid_request", `"${networks[at]}" is no network, as 10.0.0.0/8 is.`, {
    issues: [{ path: `networks.${at}`, message: "a network, as 10.0.0.0/8, or an address" }],
  });
}
