import { inArray } from "drizzle-orm";
import { machineAgentStates as states } from "../../drizzle/schema/machine-agent-states.ts";
import type { Transaction } from "../platform/database.ts";
import type { CountedState } from "./state-class.ts";

export type HeldState = CountedState & { machineId: string };

/** What machines are known to run, all agents of each. */
export async function readHeldStates(
  tx: Transaction,
  machineIds: readonly string[],
): Promise<HeldState[]> {
  if (machineIds.length === 0) return [];
  return tx
    .select({
      ...{ machineId: states.machineId, agentName: states.agentName, phase: states.phase },
      ...{ version: states.version, targetVersion: states.targetVersion },
      ...{ releaseId: states.releaseId, restarts: states.restarts, failure: states.failure },
      ...{ cpuPercent: states.cpuPercent, rssBytes: states.rssBytes },
      ...{ reportedAtMs: states.reportedAtMs, changedAtMs: states.changedAtMs },
    })
    .from(states)
    .where(inArray(states.machineId, [...machineIds].sort()));
}
