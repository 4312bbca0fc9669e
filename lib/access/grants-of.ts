import type { Grant } from "../platform/request-context.ts";
import { type Config, configRoles } from "./config-schema.ts";

type Person = {
  name: string;
  role: string;
  groups?: readonly string[];
  groupsAtMs?: number;
};

/** What the configuration lets a person write, by name, group and role. */
export function grantsOf(config: Config, person: Person, nowMs: number): Grant[] {
  const subjects = new Set([
    ...["*", `user:${person.name}`, `role:${person.role}`],
    ...[...ownGroups(config, person), ...providerGroups(config, person, nowMs)].map(
      (group) => `group:${group}`,
    ),
  ]);
  return config.grants
    .filter(({ who }) => who.some((subject) => subjects.has(subject)))
    .map(({ role, permissions = [], clusters, agents }) => ({
      permissions: [...permissions, ...(role ? configRoles[role] : [])],
      ...{ clusters, agents },
    }));
}

function ownGroups({ groups }: Config, { name }: Person): string[] {
  return Object.entries(groups)
    .filter(([, members]) => members.some((member) => member.toLowerCase() === name))
    .map(([group]) => group);
}

/** Those that the configuration names, while the provider's word is fresh enough. */
export function providerGroups(
  { provider }: Config,
  { groups = [], groupsAtMs = 0 }: Person,
  nowMs: number,
): string[] {
  if (nowMs - groupsAtMs > provider.groupsMaxAgeHours * 3_600_000) return [];
  return Object.entries(provider.groups)
    .filter(([, theirs]) => groups.includes(theirs))
    .map(([group]) => group);
}
