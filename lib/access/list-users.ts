import { asc, eq, inArray } from "drizzle-orm";
import { userIdentities } from "../../drizzle/schema/user-identities.ts";
import { users } from "../../drizzle/schema/users.ts";
import type { UserView } from "../contract/access-views.ts";
import type { Services } from "../platform/services.ts";

const usersMax = 5_000;

/** By name; or one of them. */
export async function listUsers(services: Services, username?: string): Promise<UserView[]> {
  const rows = await services.db
    .select()
    .from(users)
    .where(username === undefined ? undefined : eq(users.username, username))
    .orderBy(asc(users.username))
    .limit(usersMax);
  const ids = rows.map(({ id }) => id);
  const identities = ids.length
    ? await services.db.select().from(userIdentities).where(inArray(userIdentities.userId, ids))
    : [];
  return rows.map((row) => ({
    ...{ username: row.username, displayName: row.displayName, email: row.email },
    ...{ role: row.role, disabled: row.disabledAtMs !== null, groups: row.groups },
    ...{ createdAtMs: row.createdAtMs, lastSignInAtMs: row.lastSignInAtMs },
    hasPassword: row.passwordHash !== "",
    identities: identities
      .filter(({ userId }) => userId === row.id)
      .map(({ id, issuer, subject, lastSignInAtMs }) => ({ id, issuer, subject, lastSignInAtMs })),
  }));
}

/** @throws Error when there is none of this name */
export async function readUser(services: Services, username: string): Promise<UserView> {
  const [user] = await listUsers(services, username);
  if (!user) throw new Error(`the user ${username} is gone`);
  return user;
}
