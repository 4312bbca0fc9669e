import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import { grantAllows, type Permission, type PermissionTarget } from "./permissions.ts";

export type { Permission, PermissionTarget } from "./permissions.ts";

/**
 * Everybody signed in reads; only administrators write, unless a grant says otherwise. Name the
 * target wherever there is one: without it any grant of the permission will do.
 * @throws ProblemError forbidden
 */
export function requirePermission(
  ctx: RequestContext,
  permission: Permission,
  target?: PermissionTarget,
): void {
  if (isAllowed(ctx, permission, target)) return;
  const where = [target?.clusterId, target?.agentName].filter(Boolean).join(", ");
  throw new ProblemError(
    "forbidden",
    `${ctx.actor.name} may not do this (${permission}${where ? ` for ${where}` : ""}). Ask an administrator for the permission.`,
  );
}

export function isAllowed(
  { actor }: RequestContext,
  permission: Permission,
  target?: PermissionTarget,
): boolean {
  if (actor.kind === "system") return true;
  if (actor.kind !== "user") return false;
  if (actor.tokenScope && !grantAllows(actor.tokenScope, permission, target)) return false;
  if (permission === "read" || actor.role === "administrator") return true;
  return (actor.grants ?? []).some((grant) => grantAllows(grant, permission, target));
}
