import { eq } from "drizzle-orm";
import { users } from "../../drizzle/schema/users.ts";
import type { Me } from "../contract/console-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { currentConfig } from "./current-config.ts";
import { permissions } from "./permissions.ts";
import { isAllowed } from "./require-permission.ts";

export async function describeMe(services: Services, ctx: RequestContext): Promise<Me> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new ProblemError("forbidden", "Only people have a profile.");
  const [user] = await services.db
    .select({ displayName: users.displayName })
    .from(users)
    .where(eq(users.id, actor.userId));
  const granted = permissions.filter((permission) => isAllowed(ctx, permission));
  return {
    username: actor.name,
    displayName: user?.displayName ?? actor.name,
    role: actor.role,
    mayWrite: granted.some((permission) => permission !== "read"),
    permissions: granted,
    grants: (actor.grants ?? []).map(({ permissions, clusters, agents }) => ({
      ...{ permissions: [...permissions], clusters: [...clusters], agents: [...agents] },
    })),
    configProblem: currentConfig(services).problem,
  };
}
