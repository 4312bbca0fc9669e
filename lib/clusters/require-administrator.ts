import { requirePermission } from "../access/require-permission.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";

/**
 * Where this server connects to, and by which secrets others order it about: a grant of clusters.write
 * is not enough for that. @throws ProblemError forbidden
 */
export function requireAdministrator(ctx: RequestContext, clusterId: string): void {
  requirePermission(ctx, "clusters.write", { clusterId });
  const { actor } = ctx;
  if (actor.kind === "system" || (actor.kind === "user" && actor.role === "administrator")) return;
  throw new ProblemError(
    "forbidden",
    "Only administrators say where masters are, and which secrets are good for them.",
  );
}
