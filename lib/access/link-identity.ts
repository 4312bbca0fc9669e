import { and, eq, sql } from "drizzle-orm";
import { userIdentities } from "../../drizzle/schema/user-identities.ts";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { UserView } from "../contract/access-views.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { readUser } from "./list-users.ts";
import { requirePermission } from "./require-permission.ts";
import { requirePerson } from "./require-person.ts";

/**
 * From now on the provider's subject is this user. A person with users.write says so, never a name or
 * an e-mail address that happen to be the same. @throws ProblemError forbidden, not_found, conflict
 */
export async function linkIdentity(
  services: Services,
  ctx: RequestContext,
  { username, subject }: { username: string; subject: string },
): Promise<UserView> {
  requirePermission(ctx, "users.write", {});
  requirePerson(ctx);
  const issuer = services.env.IFRIT_OIDC_ISSUER;
  if (!issuer) throw new ProblemError("conflict", "No identity provider is configured.");
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const user = await lockUser(tx, username);
    const [taken] = await tx
      .select()
      .from(userIdentities)
      .where(and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject)));
    if (taken) throw new ProblemError("conflict", "This subject is linked to a user already.");
    await tx
      .insert(userIdentities)
      .values({ userId: user.id, issuer, subject, createdAtMs: services.now() });
    await audit({
      ...{ action: "user.identity-linked", subjectKind: "user", subjectId: username },
      after: { issuer, subject },
    });
  });
  return readUser(services, username);
}

/** @throws ProblemError forbidden, not_found */
export async function unlinkIdentity(
  services: Services,
  ctx: RequestContext,
  { username, identityId }: { username: string; identityId: number },
): Promise<void> {
  requirePermission(ctx, "users.write", {});
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const user = await lockUser(tx, username);
    const own = and(eq(userIdentities.id, identityId), eq(userIdentities.userId, user.id));
    const [identity] = await tx.select().from(userIdentities).where(own);
    if (!identity) throw new ProblemError("not_found", `${username} has no such identity.`);
    await tx.delete(userIdentities).where(own);
    await tx
      .update(users)
      .set({ sessionVersion: sql`${users.sessionVersion} + 1` })
      .where(eq(users.id, user.id));
    const { issuer, subject } = identity;
    await audit({
      ...{ action: "user.identity-unlinked", subjectKind: "user", subjectId: username },
      before: { issuer, subject },
    });
  });
}

async function lockUser(tx: Transaction, username: string) {
  const [user] = await tx.select().from(users).where(eq(users.username, username)).for("update");
  if (!user) throw new ProblemError("not_found", `There is no user ${username}.`);
  return user;
}
