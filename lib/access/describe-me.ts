import { eq } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import type { Me } from "../contract/console-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

export async function describeMe(services: Services, { actor }: RequestContext): Promise<Me> {
  if (actor.kind !== "user") throw new ProblemError("forbidden", "Only people have a profile.");
  const [user] = await services.db
    .select({ displayName: users.displayName })
    .from(users)
    .where(eq(users.id, actor.userId));
  return {
    username: actor.name,
    displayName: user?.displayName ?? actor.name,
    role: actor.role,
    mayWrite: actor.role === "administrator",
  };
}
