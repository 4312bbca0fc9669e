import { asc, eq } from "drizzle-orm";
import { machineAgentStates as states } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { explainMachine } from "../change-control/explain-machine.ts";
import type { AgentState } from "../contract/agent-state.ts";
import type { MachineAgentView, MachineDetail } from "../contract/console-views.ts";
import type { DesiredAgent } from "../contract/desired-state.ts";
import { desiredOfMachine } from "../desired-state/desired-of-machine.ts";
import { packagesOfVersion } from "../packages/find-version.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { machineSummary } from "./list-machines.ts";
import { onlineSinceMs } from "./online-since.ts";

type StateRow = typeof states.$inferSelect;

/** What should be and what is, agent by agent. @throws ProblemError not_found */
export async function machineDetail(services: Services, id: string): Promise<MachineDetail> {
  const { db } = services;
  const [row] = await db.select().from(machines).where(eq(machines.id, id));
  if (!row) throw new ProblemError("not_found", `There is no machine "${id}".`);
  const actual = await db
    .select()
    .from(states)
    .where(eq(states.machineId, id))
    .orderBy(asc(states.agentName));
  const { clusterId, type, slot } = row;
  const desired = await desiredOfMachine(
    services,
    { machineId: id, clusterId, type, slot },
    (agentName, version) => packagesOfVersion(db, agentName, version),
  );
  const names = new Set(
    [...desired, ...actual.map((s) => ({ name: s.agentName }))].map((a) => a.name),
  );
  const agents = [...names]
    .sort()
    .map((name) =>
      agentView(
        name,
        desired.find((agent) => agent.name === name) ?? null,
        actual.find((state) => state.agentName === name) ?? null,
      ),
    );
  const summary = machineSummary(row, onlineSinceMs(services));
  const asked = { machineId: id, clusterId, type, slot, online: summary.online };
  const { agents: explained, lastRefusal } = await explainMachine(services, asked, agents);
  return {
    ...summary,
    ...{ slot, enrolledAtMs: row.enrolledAtMs, facts: row.facts },
    trust: row.trust,
    agents: agents.map((agent) => {
      const { why, next } = explained.get(agent.name) ?? {};
      return { ...agent, why, ...(next ? { next } : {}) };
    }),
    ...(lastRefusal ? { lastRefusal } : {}),
  };
}

function agentView(
  name: string,
  desired: DesiredAgent | null,
  state: StateRow | null,
): MachineAgentView {
  return {
    name,
    desired,
    actual: state && actualState(state),
    reportedAtMs: state?.reportedAtMs ?? null,
    changedAtMs: state?.changedAtMs ?? null,
    inSync: isInSync(desired, state),
  };
}

export function isInSync(
  desired: DesiredAgent | null,
  state: Pick<StateRow, "version" | "phase"> | null,
): boolean {
  // What nobody asks for is left alone, so it cannot be out of step.
  if (!desired) return true;
  if (desired.want === "absent") return !state || state.version === null;
  return state?.version === desired.version && state.phase === "running";
}

function actualState(state: StateRow): AgentState {
  const { agentName: name, phase, version, targetVersion, releaseId, pid, startedAtMs } = state;
  const { restarts, cpuPercent, rssBytes, downloadPercent, failure } = state;
  return {
    ...{ name, phase, version, targetVersion, releaseId, pid, startedAtMs },
    ...{ restarts, cpuPercent, rssBytes, downloadPercent, failure },
  };
}
