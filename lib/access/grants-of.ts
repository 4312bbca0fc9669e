import type { Grant } from "../platform/request-context.ts";
import { type Config, configRoles } from "./config-schema.ts";

/** What the configuration lets a person write, by name, group and role. */
export function grantsOf(config: Config, person: { name: string; role: string }): Grant[] {
  const groups = Object.entries(config.groups)
    .filter(([, members]) => members.some((member) => member.toLowerCase() === person.name))
    .map(([group]) => `group:${group}`);
  const subjects = new Set(["*", `user:${person.name}`, `role:${person.role}`, ...groups]);
  return config.grants
    .filter(({ who }) => who.some((subject) => subjects.has(subject)))
    .map(({ role, permissions = [], clusters, agents }) => ({
      permissions: [...permissions, ...(role ? configRoles[role] : [])],
      ...{ clusters, agents },
    }));
}
