import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";

export type Permission =
  | "read"
  | "packages.write"
  | "releases.write"
  | "machines.write"
  | "clusters.write"
  | "users.write";

/** What the permission is needed for: grants are limited by cluster and agent. */
export type PermissionTarget = { clusterId?: string; agentName?: string };

/**
 * Everybody signed in reads; only administrators write, unless a grant says otherwise.
 * @throws ProblemError forbidden
 */
export function requirePermission(
  ctx: RequestContext,
  permission: Permission,
  _target: PermissionTarget = {},
): void {
  const { actor } = ctx;
  if (actor.kind === "system") return;
  if (actor.kind === "user") {
    if (permission === "read") return;
    if (actor.role === "administrator") return;
  }
  throw new ProblemError(
    "forbidden",
    `${actor.name} may not do this (${permission}). Ask an administrator for the permission.`,
  );
}
