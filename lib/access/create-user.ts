import { type Role, users } from "../../drizzle/schema/users.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { isDuplicateKey } from "./is-duplicate-key.ts";
import { hashPassword, refuseWeakPassword } from "./passwords.ts";
import { requirePermission } from "./require-permission.ts";
import { Username } from "./username.ts";

export type NewUser = { username: string; displayName?: string; role: Role; password: string };

/** @throws ProblemError conflict when the name is taken, invalid_request */
export async function createUser(
  services: Services,
  ctx: RequestContext,
  user: NewUser,
): Promise<{ id: number; username: string }> {
  requirePermission(ctx, "users.write");
  refuseWeakPassword(user.password);
  const parsed = Username.safeParse(user.username);
  if (!parsed.success)
    throw new ProblemError("invalid_request", "The user name is not valid.", {
      issues: [{ path: "username", message: parsed.error.issues[0]?.message ?? "not valid" }],
    });
  const username = parsed.data;
  const passwordHash = await hashPassword(user.password);
  return auditedTransaction(services, ctx, async (tx, audit) => {
    const displayName = user.displayName ?? username;
    const id = await insertUser(() =>
      tx.insert(users).values({
        ...{ username, displayName, role: user.role, passwordHash },
        createdAtMs: services.now(),
      }),
    );
    await audit({
      action: "user.created",
      subjectKind: "user",
      subjectId: username,
      after: { id, username, displayName, role: user.role },
    });
    return { id, username };
  });
}

async function insertUser(insert: () => Promise<[{ insertId: number }, unknown]>): Promise<number> {
  try {
    const [{ insertId }] = await insert();
    return insertId;
  } catch (error) {
    if (isDuplicateKey(error))
      throw new ProblemError("conflict", "A user with this name exists.", { cause: error });
    throw error;
  }
}
