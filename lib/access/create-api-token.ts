import { createHash, randomBytes } from "node:crypto";
import { apiTokens } from "../../drizzle/schema/api-tokens.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { ApiTokenCreated, CreateApiTokenRequest } from "../contract/access-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { requirePerson } from "./require-person.ts";

export const apiTokenPrefix = "ifrit_";

export function apiTokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * A token that acts for whoever makes it, within its scope and their rights of the moment. A token
 * cannot make tokens: it would outlive itself.
 * @throws ProblemError forbidden
 */
export async function createApiToken(
  services: Services,
  ctx: RequestContext,
  { label, permissions, clusters, agents, ttlSeconds }: CreateApiTokenRequest,
): Promise<ApiTokenCreated> {
  const person = requirePerson(ctx);
  const token = `${apiTokenPrefix}${randomBytes(32).toString("base64url")}`;
  const createdAtMs = services.now();
  const expiresAtMs = createdAtMs + ttlSeconds * 1000;
  const scope = { permissions, clusters, agents };
  const id = await auditedTransaction(services, ctx, async (tx, audit) => {
    const [{ insertId }] = await tx.insert(apiTokens).values({
      ...{ userId: person.userId, label, ...scope, createdAtMs, expiresAtMs },
      tokenHash: apiTokenHash(token),
    });
    await audit({
      ...{ action: "api-token.created", subjectKind: "api-token", subjectId: String(insertId) },
      after: { label, ...scope, expiresAtMs },
    });
    return insertId;
  });
  return { id, token, expiresAtMs };
}
