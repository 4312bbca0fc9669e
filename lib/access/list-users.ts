import { asc, eq } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import type { UserView } from "../contract/access-views.ts";
import type { Services } from "../platform/services.ts";

/** By name; or one of them. */
export async function listUsers(services: Services, username?: string): Promise<UserView[]> {
  const rows = await services.db
    .select()
    .from(users)
    .where(username === undefined ? undefined : eq(users.username, username))
    .orderBy(asc(users.username))
    .limit(5_000);
  return rows.map(userView);
}

export function userView(row: typeof users.$inferSelect): UserView {
  const { username, displayName, role, createdAtMs, lastSignInAtMs } = row;
  const disabled = row.disabledAtMs !== null;
  return { username, displayName, role, disabled, createdAtMs, lastSignInAtMs };
}
