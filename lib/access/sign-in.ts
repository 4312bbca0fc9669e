import { eq } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { Services } from "../platform/services.ts";
import { verifyPassword } from "./passwords.ts";
import { signInThrottle } from "./sign-in-throttle.ts";

export type SignedInUser = { id: number; name: string; sessionVersion: number };

type Attempt = { username: string; password: string; address: string; requestId: string };

/**
 * The user, or null for a wrong name or password: which of the two, neither the answer nor its
 * duration tells. Every outcome is audited.
 * @throws ProblemError too_many_requests
 */
export async function signIn(services: Services, attempt: Attempt): Promise<SignedInUser | null> {
  const username = attempt.username.trim().toLowerCase().slice(0, 120);
  const throttle = signInThrottle(services);
  await throttle.count(username, attempt.address);
  const [user] = await services.db.select().from(users).where(eq(users.username, username));
  const right = await verifyPassword(user?.passwordHash, attempt.password);
  if (!user || !right || user.disabledAtMs !== null) {
    await recordRefusal(services, attempt, user ? username : "(unknown user)");
    return null;
  }
  await throttle.forgive(username, attempt.address);
  await recordSignIn(services, attempt, user);
  return { id: user.id, name: user.displayName, sessionVersion: user.sessionVersion };
}

async function recordSignIn(
  services: Services,
  attempt: Attempt,
  user: typeof users.$inferSelect,
): Promise<void> {
  const ctx = {
    actor: { kind: "user" as const, name: user.username, userId: user.id, role: user.role },
    requestId: attempt.requestId,
    source: sourceOf(attempt),
  };
  await auditedTransaction(services, ctx, async (tx, audit) => {
    await tx.update(users).set({ lastSignInAtMs: services.now() }).where(eq(users.id, user.id));
    await audit({ action: "user.signed-in", subjectKind: "user", subjectId: user.username });
  });
}

/** What was typed as the name of an unknown user is not kept: it may be a password. */
async function recordRefusal(services: Services, attempt: Attempt, username: string) {
  const ctx = {
    actor: { kind: "system" as const, name: "sign-in" },
    requestId: attempt.requestId,
    source: sourceOf(attempt),
  };
  await auditedTransaction(services, ctx, (_tx, audit) =>
    audit({ action: "user.sign-in-refused", subjectKind: "user", subjectId: username }),
  );
}

const sourceOf = (attempt: Attempt) => `console ${attempt.address}`.slice(0, 64);
