import { count, desc, eq, inArray } from "drizzle-orm";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { requirePermission } from "../access/require-permission.ts";
import type { EnrollmentTokenView } from "../contract/machine-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

const tokensMax = 1_000;

/** A cluster's tokens, newest first. @throws ProblemError forbidden */
export async function listEnrollmentTokens(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
): Promise<EnrollmentTokenView[]> {
  requirePermission(ctx, "machines.write", { clusterId });
  const rows = await services.db
    .select()
    .from(enrollmentTokens)
    .where(eq(enrollmentTokens.clusterId, clusterId))
    .orderBy(desc(enrollmentTokens.id))
    .limit(tokensMax);
  const machinesOf = await countMachines(
    services,
    rows.map(({ id }) => id),
  );
  return rows.map(({ tokenHash: _, revokedAtMs, ...row }) => ({
    ...row,
    machines: machinesOf.get(row.id) ?? 0,
    state: stateOf({ ...row, revokedAtMs }, services.now()),
  }));
}

async function countMachines(
  { db }: Services,
  tokenIds: readonly number[],
): Promise<Map<number, number>> {
  if (tokenIds.length === 0) return new Map();
  const rows = await db
    .select({ id: machines.enrollmentTokenId, found: count() })
    .from(machines)
    .where(inArray(machines.enrollmentTokenId, [...tokenIds]))
    .groupBy(machines.enrollmentTokenId);
  return new Map(rows.map(({ id, found }) => [id, found]));
}

type TokenRow = Pick<
  typeof enrollmentTokens.$inferSelect,
  "revokedAtMs" | "expiresAtMs" | "usesLeft"
>;

export function stateOf(token: TokenRow, nowMs: number): EnrollmentTokenView["state"] {
  if (token.revokedAtMs !== null) return "revoked";
  if (token.expiresAtMs <= nowMs) return "expired";
  return token.usesLeft === 0 ? "usedUp" : "active";
}
