import { createHash } from "node:crypto";
import type { agentStateClasses } from "../../drizzle/schema/agent-state-counts.ts";
import type { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import type { machines } from "../../drizzle/schema/machines.ts";
import { type Budget, budgetText, settledMs } from "./budget.ts";

export type StateClass = typeof agentStateClasses.$inferSelect;
type MachineRow = typeof machines.$inferSelect;
export type CountedMachine = Pick<MachineRow, "clusterId" | "type" | "platform">;
/** What a state's class is made of. */
export type CountedState = Pick<
  typeof machineAgentStates.$inferSelect,
  | "agentName"
  | "phase"
  | "version"
  | "targetVersion"
  | "releaseId"
  | "restarts"
  | "cpuPercent"
  | "rssBytes"
  | "failure"
  | "reportedAtMs"
  | "changedAtMs"
>;

/** The class of the machine itself, whatever runs on it. */
export function classOfMachine(machine: CountedMachine): StateClass {
  return withId({
    ...{ clusterId: machine.clusterId, agentName: "", machineType: machine.type },
    ...{ platform: machine.platform, phase: null, version: null, targetVersion: null },
    ...{ releaseId: null, failureReason: null, failureVersion: null },
    ...{ restarted: false, overBudget: false, budget: "" },
  });
}

export function classOfState(
  machine: CountedMachine,
  state: CountedState,
  budget: Budget,
): StateClass {
  const { agentName, phase, version, targetVersion, releaseId, failure } = state;
  return withId({
    ...{ clusterId: machine.clusterId, agentName, machineType: machine.type },
    ...{ platform: machine.platform, phase, version, targetVersion, releaseId },
    failureReason: failure?.reason ?? null,
    failureVersion: failure?.version ?? null,
    restarted: version !== null && state.restarts > 0,
    overBudget: phase === "running" && isOver(state, budget),
    budget: phase === "running" ? budgetText(budget) : "",
  });
}

function isOver(state: CountedState, { cpuPercent, rssMiB }: Budget): boolean {
  if (state.reportedAtMs < state.changedAtMs + settledMs) return false;
  const overCpu = cpuPercent !== undefined && (state.cpuPercent ?? 0) > cpuPercent;
  return overCpu || (rssMiB !== undefined && (state.rssBytes ?? 0) > rssMiB * 1024 * 1024);
}

/** With 100,000 classes, two share an id with a chance of one in a million. */
function withId(fields: Omit<StateClass, "id">): StateClass {
  const digest = createHash("sha256")
    .update(JSON.stringify(Object.values(fields)))
    .digest();
  return { id: digest.readUIntBE(0, 6) * 16 + (digest[6]! & 15), ...fields };
}
