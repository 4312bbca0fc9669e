import { eq } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { ChangeUserRequest, UserView } from "../contract/access-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { readUser } from "./list-users.ts";
import { requirePermission } from "./require-permission.ts";

/**
 * Another role, or disabled: both count from the user's next request on. Nobody changes themselves,
 * so that an administrator always remains.
 * @throws ProblemError not_found, conflict
 */
export async function changeUser(
  services: Services,
  ctx: RequestContext,
  username: string,
  { role, disabled }: ChangeUserRequest,
): Promise<UserView> {
  requirePermission(ctx, "users.write", {});
  if (ctx.actor.name === username)
    throw new ProblemError("conflict", "Nobody changes their own role or disables themselves.");
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [user] = await tx.select().from(users).where(eq(users.username, username)).for("update");
    if (!user) throw new ProblemError("not_found", `There is no user ${username}.`);
    const disabledAtMs = disabled ? (user.disabledAtMs ?? services.now()) : null;
    const next = {
      role: role ?? user.role,
      ...(disabled === undefined ? {} : { disabledAtMs }),
      ...(disabled ? { sessionVersion: user.sessionVersion + 1 } : {}),
    };
    await tx.update(users).set(next).where(eq(users.id, user.id));
    const changed = { ...user, ...next };
    const shown = (one: typeof user) => ({ role: one.role, disabled: one.disabledAtMs !== null });
    await audit({
      ...{ action: "user.changed", subjectKind: "user", subjectId: username },
      ...{ before: shown(user), after: shown(changed) },
    });
  });
  return readUser(services, username);
}
