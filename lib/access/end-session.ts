import { eq, lt, sql } from "drizzle-orm";
import { endedSessions } from "../../drizzle/schema/ended-sessions.ts";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { requirePermission } from "./require-permission.ts";
import { sessionSeconds } from "./session.ts";

/** Signing out: the session itself ends, and with it every copy of its cookie. */
export async function endSession(
  services: Services,
  ctx: RequestContext,
  sessionId: string,
): Promise<void> {
  const nowMs = services.now();
  await auditedTransaction(services, ctx, async (tx, audit) => {
    await tx.delete(endedSessions).where(lt(endedSessions.expiresAtMs, nowMs));
    await tx
      .insert(endedSessions)
      .ignore()
      .values({ id: sessionId, expiresAtMs: nowMs + 2 * sessionSeconds * 1000 });
    await audit({ action: "user.signed-out", subjectKind: "user", subjectId: ctx.actor.name });
  });
}

/** Signs a user out everywhere. One's own: anybody; another's: users.write. @throws ProblemError */
export async function endSessions(
  services: Services,
  ctx: RequestContext,
  username: string,
): Promise<void> {
  if (ctx.actor.kind !== "user" || ctx.actor.name !== username || ctx.actor.tokenScope)
    requirePermission(ctx, "users.write", {});
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [result] = await tx
      .update(users)
      .set({ sessionVersion: sql`${users.sessionVersion} + 1` })
      .where(eq(users.username, username));
    if (result.affectedRows === 0)
      throw new ProblemError("not_found", `There is no user ${username}.`);
    await audit({ action: "user.sessions-ended", subjectKind: "user", subjectId: username });
  });
}
