import { eq, sql } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashPassword, refuseWeakPassword, verifyPassword } from "./passwords.ts";
import { requirePermission } from "./require-permission.ts";
import { requirePerson } from "./require-person.ts";
import { signInThrottle } from "./sign-in-throttle.ts";

/**
 * Sets another user's password and ends all of the user's sessions.
 * @throws ProblemError not_found, conflict (one's own: the present one has to be known)
 */
export async function setPassword(
  services: Services,
  ctx: RequestContext,
  { username, password }: { username: string; password: string },
): Promise<void> {
  requirePermission(ctx, "users.write", {});
  const name = username.trim().toLowerCase();
  if (ctx.actor.kind === "user" && ctx.actor.name === name)
    throw new ProblemError("conflict", "Change your own password with the present one.");
  await storePassword(services, ctx, name, password);
}

/** The password of whoever asks; the present one proves that it is no stranger at an open screen. */
export async function changeOwnPassword(
  services: Services,
  ctx: RequestContext,
  request: { currentPassword: string; newPassword: string; address: string },
): Promise<void> {
  const actor = requirePerson(ctx);
  const throttle = signInThrottle(services);
  await throttle.count(actor.name, request.address);
  const [user] = await services.db.select().from(users).where(eq(users.id, actor.userId));
  if (!(await verifyPassword(user?.passwordHash, request.currentPassword)))
    throw new ProblemError("invalid_request", "The present password is not right.", {
      issues: [{ path: "currentPassword", message: "is not right" }],
    });
  await throttle.forgive(actor.name, request.address);
  await storePassword(services, ctx, actor.name, request.newPassword);
}

async function storePassword(
  services: Services,
  ctx: RequestContext,
  username: string,
  password: string,
): Promise<void> {
  refuseWeakPassword(password);
  const passwordHash = await hashPassword(password);
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [result] = await tx
      .update(users)
      .set({ passwordHash, sessionVersion: sql`${users.sessionVersion} + 1` })
      .where(eq(users.username, username));
    if (result.affectedRows === 0)
      throw new ProblemError("not_found", `There is no user ${username}.`);
    await audit({ action: "user.password-changed", subjectKind: "user", subjectId: username });
  });
}
