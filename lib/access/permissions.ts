import { z } from "zod";
import type { Grant } from "../platform/request-context.ts";

export const permissions = [
  "read",
  "packages.write",
  "releases.write",
  "releases.approve",
  "machines.write",
  "clusters.write",
  "users.write",
] as const;
export const Permission = z.enum(permissions);
export type Permission = z.infer<typeof Permission>;

/** What the permission is needed for: grants are limited by cluster and agent. */
export type PermissionTarget = { clusterId?: string; agentName?: string };

/** What a permission is about. A package belongs to no cluster, a machine to no agent. */
const about: Record<Permission, { cluster: boolean; agent: boolean }> = {
  read: { cluster: false, agent: false },
  "packages.write": { cluster: false, agent: true },
  "releases.write": { cluster: true, agent: true },
  "releases.approve": { cluster: true, agent: true },
  "machines.write": { cluster: true, agent: false },
  "clusters.write": { cluster: true, agent: false },
  "users.write": { cluster: false, agent: false },
};

/**
 * Without a target: does the grant name the permission for anything at all? With one, for this very
 * target: a cluster or agent that is not named there means all of them, so that only a grant for all
 * will do. A grant for some agents gives nothing that would reach the others.
 */
export function grantAllows(
  grant: Grant,
  permission: Permission,
  target: PermissionTarget | undefined,
): boolean {
  if (!grant.permissions.includes(permission)) return false;
  const { cluster, agent } = about[permission];
  if (permission !== "read" && !agent && !grant.agents.includes("*")) return false;
  if (permission === "users.write" && !grant.clusters.includes("*")) return false;
  if (!target) return true;
  return (
    (!cluster || matches(grant.clusters, target.clusterId)) &&
    (!agent || matches(grant.agents, target.agentName))
  );
}

/** "*", "bj-*" or a name. */
export function matches(patterns: readonly string[], value: string | undefined): boolean {
  return patterns.some((pattern) => {
    if (pattern === "*") return true;
    if (value === undefined) return false;
    return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
  });
}
