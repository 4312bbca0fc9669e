import { desc, eq } from "drizzle-orm";
import { apiTokens } from "../../drizzle/schema/api-tokens.ts";
import { users } from "../../drizzle/schema/users.ts";
import type { ApiTokenView } from "../contract/access-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { isAllowed } from "./require-permission.ts";

/** One's own, newest first; whoever may manage users sees everybody's. */
export async function listApiTokens(
  services: Services,
  ctx: RequestContext,
): Promise<ApiTokenView[]> {
  const { actor } = ctx;
  if (actor.kind !== "user") return [];
  const rows = await services.db
    .select({ token: apiTokens, owner: users.username })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(isAllowed(ctx, "users.write", {}) ? undefined : eq(apiTokens.userId, actor.userId))
    .orderBy(desc(apiTokens.id))
    .limit(1_000);
  const nowMs = services.now();
  return rows.map(({ token, owner }) => {
    const { tokenHash: _, userId: __, revokedAtMs, ...shown } = token;
    const valid = token.expiresAtMs > nowMs ? "active" : "expired";
    return { ...shown, owner, state: revokedAtMs === null ? valid : "revoked" };
  });
}
