import { and, eq, gt, isNull } from "drizzle-orm";
import { apiTokens } from "../../drizzle/schema/api-tokens.ts";
import { users } from "../../drizzle/schema/users.ts";
import type { Actor } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { apiTokenHash, apiTokenPrefix } from "./create-api-token.ts";

const lastUsedMs = 60_000;

/** Whom a bearer token acts for, and within which scope; null: not, or no longer, a token. */
export async function readApiToken(
  services: Services,
  token: string,
): Promise<{ tokenId: number; actor: Extract<Actor, { kind: "user" }> } | null> {
  if (!token.startsWith(apiTokenPrefix)) return null;
  const nowMs = services.now();
  const [found] = await services.db
    .select({ row: apiTokens, user: users })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(
      and(
        eq(apiTokens.tokenHash, apiTokenHash(token)),
        isNull(apiTokens.revokedAtMs),
        gt(apiTokens.expiresAtMs, nowMs),
        isNull(users.disabledAtMs),
      ),
    );
  if (!found) return null;
  const { row, user } = found;
  if (nowMs - (row.lastUsedAtMs ?? 0) >= lastUsedMs)
    await services.db
      .update(apiTokens)
      .set({ lastUsedAtMs: nowMs })
      .where(eq(apiTokens.id, row.id));
  const { permissions, clusters, agents } = row;
  return {
    tokenId: row.id,
    actor: {
      ...{ kind: "user", name: user.username, userId: user.id, role: user.role },
      ...{ groups: user.groups, groupsAtMs: user.groupsAtMs },
      tokenScope: { permissions, clusters, agents },
    },
  };
}
