import { ChangeRules } from "../contract/change-rules.ts";
import type { MachineAgentView } from "../contract/console-views.ts";
import type { Services } from "../platform/services.ts";
import { type ChangePermission, changePermission } from "../releases/engine/change-permission.ts";
import { readChangePolicy } from "./read-change-policy.ts";
import { wantedChanges } from "./wanted-changes.ts";

type Agent = Pick<MachineAgentView, "name" | "desired" | "actual">;

/**
 * What a machine that differs from its desired state would be told if it asked now, by the rule that
 * masters follow. How many are changing, and when it changed last, only they know: null where nothing
 * else speaks against it, or it differs in nothing.
 */
export async function expectedPermission(
  services: Pick<Services, "db" | "now">,
  { machineId, clusterId }: { machineId: string; clusterId: string },
  agents: readonly Agent[],
  labels: Readonly<Record<string, string>>,
): Promise<ChangePermission | null> {
  const desired = agents.flatMap((agent) => agent.desired ?? []);
  const known = new Map(
    agents.flatMap(({ name, actual }) =>
      actual
        ? [
            [
              name,
              {
                ...{ version: actual.version, phase: actual.phase },
                failedVersion: actual.failure?.version ?? null,
              },
            ] as const,
          ]
        : [],
    ),
  );
  const policy = await readChangePolicy(services);
  const machine = { stateDigest: "", labels, ifritAgentVersion: "", agents: known };
  const wanted = wantedChanges(policy, clusterId, desired, machine, undefined);
  if (wanted.length === 0) return null;
  const permission = changePermission({
    machine: { machineId, clusterId, labels, lastChangedAtMs: null, changing: [], countedAs: null },
    wanted,
    rules: {
      ...(policy.rules.get(clusterId) ?? ChangeRules.parse({})),
      ...{ changingMax: null, rollBackChangingMax: null },
    },
    freezes: policy.freezes,
    holds: policy.holds,
    othersChanging: { normal: 0, rollBack: 0 },
    nowMs: services.now(),
  });
  return permission.allowed && permission.blocked.length === 0 ? null : permission;
}
