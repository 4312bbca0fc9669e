import type { AgentPhase } from "../contract/agent-state.ts";
import type { DesiredAgent } from "../contract/desired-state.ts";
import { bindingMark, markValues, versionKey } from "../known-bad/marks.ts";
import { ifritAgentName, type WantedChange } from "../releases/engine/change-permission.ts";
import type { Values } from "../releases/engine/release-record.ts";
import { type ChangePolicy, rolledBackKey, stoppedKey } from "./change-control.ts";
import type { KnownMachine } from "./read-known-machine.ts";

export type MachineChange = WantedChange & {
  /** The change failed here, or cannot be made here: nothing happens unless the machine says so. */
  isStuck: boolean;
  /** It is past the point where it could be left. */
  isSwitching: boolean;
};

const switchingPhases: readonly AgentPhase[] = ["switching", "watching", "removing"];
const underWayPhases: readonly AgentPhase[] = ["downloading", "verifying", ...switchingPhases];

/**
 * The agents on which a machine differs from its document, by its last report; and the one that it
 * says it is about to switch, whatever the report says, since reports come later than check-ins.
 */
export function wantedChanges(
  policy: ChangePolicy,
  clusterId: string,
  desired: readonly DesiredAgent[],
  machine: KnownMachine,
  switching: string | undefined,
): MachineChange[] {
  return desired.flatMap((agent) => {
    const { name, releaseId } = agent;
    const known = machine.agents.get(name);
    const version = versionOn(machine, name);
    const wanted = agent.want === "present" ? agent.version : null;
    const isUnderWay = known !== undefined && underWayPhases.includes(known.phase);
    if (version === wanted && !isUnderWay && name !== switching) return [];
    const failed = known?.failedVersion === wanted || known?.phase === "failed";
    return {
      ...{ agentName: name, releaseId },
      knownBad: knownBadValues(policy, clusterId, agent),
      releaseState: policy.stopped.get(stoppedKey(clusterId, releaseId)) ?? "running",
      isRollBack:
        version !== null &&
        version !== wanted &&
        policy.rolledBack.has(rolledBackKey(clusterId, name, version)),
      isStuck:
        name !== switching &&
        !isUnderWay &&
        (known?.phase === "notEligible" || (known !== undefined && failed)),
      isSwitching: known !== undefined && switchingPhases.includes(known.phase),
    };
  });
}

/** Why machines of the cluster are not changed to what the document names; null: they may be. */
export function knownBadValues(
  { knownBad }: Pick<ChangePolicy, "knownBad">,
  clusterId: string,
  agent: DesiredAgent,
): Values | null {
  if (knownBad.size === 0 || agent.want === "absent") return null;
  const marks = knownBad.get(versionKey(agent.name, agent.version));
  const mark = marks && bindingMark(marks, clusterId);
  return mark ? markValues(mark) : null;
}

/** ifrit-agent says its version with every report, also where it does not manage itself. */
function versionOn(machine: KnownMachine, name: string): string | null {
  const reported = machine.agents.get(name)?.version ?? null;
  return reported === null && name === ifritAgentName && machine.ifritAgentVersion !== ""
    ? machine.ifritAgentVersion
    : reported;
}
