import { resolve } from "node:path";
import type { ConfigView } from "../contract/access-views.ts";
import type { Env } from "../platform/env.ts";
import type { Services } from "../platform/services.ts";
import { type Config, configRoles } from "./config-schema.ts";
import { currentConfig } from "./current-config.ts";

/** What is in force, and whether that is what the file says now. */
export function describeConfig(services: Services): ConfigView {
  const { config, problem, isPresent, changedAtMs, inForce } = currentConfig(services);
  const { groups, grants, approval } = config;
  return {
    file: resolve(services.env.IFRIT_CONFIG),
    state: problem ? "kept" : isPresent ? "inForce" : "none",
    problem,
    ...{ changedAtMs, inForce, groups, grants: grants.map(grantView) },
    roles: {
      viewer: [...configRoles.viewer],
      operator: [...configRoles.operator],
      approver: [...configRoles.approver],
      administrator: [...configRoles.administrator],
    },
    approval: { ...approval, shareMax: approval.shareMax ?? null },
    provider: providerView(services.env, config),
  };
}

function grantView(grant: Config["grants"][number]): ConfigView["grants"][number] {
  const { who, role, permissions = [], clusters, agents } = grant;
  const all = new Set<string>([...(role ? configRoles[role] : []), ...permissions]);
  return { who, role: role ?? null, permissions: [...all], clusters, agents };
}

function providerView(
  { IFRIT_OIDC_ISSUER: issuer, IFRIT_OIDC_NAME: name }: Env,
  { provider }: Config,
): ConfigView["provider"] {
  if (!issuer) return null;
  return { name, issuer, ...provider, onlyGroups: provider.onlyGroups ?? null };
}
