import { eq, sql } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashPassword, refuseWeakPassword } from "./passwords.ts";
import { requirePermission } from "./require-permission.ts";

/** Sets a user's password and ends all of the user's sessions. @throws ProblemError not_found */
export async function setPassword(
  services: Services,
  ctx: RequestContext,
  { username, password }: { username: string; password: string },
): Promise<void> {
  requirePermission(ctx, "users.write");
  refuseWeakPassword(password);
  const passwordHash = await hashPassword(password);
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [result] = await tx
      .update(users)
      .set({ passwordHash, sessionVersion: sql`${users.sessionVersion} + 1` })
      .where(eq(users.username, username.trim().toLowerCase()));
    if (result.affectedRows === 0)
      throw new ProblemError("not_found", `There is no user ${username}.`);
    await audit({ action: "user.password-changed", subjectKind: "user", subjectId: username });
  });
}
