import { inArray } from "drizzle-orm";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { AgentPhase } from "../contract/agent-state.ts";
import type { Services } from "../platform/services.ts";

export type KnownAgent = {
  version: string | null;
  phase: AgentPhase;
  failedVersion: string | null;
};

/** What a machine last reported, as far as "may it change?" depends on it. */
export type KnownMachine = {
  stateDigest: string;
  labels: Readonly<Record<string, string>>;
  ifritAgentVersion: string;
  agents: ReadonlyMap<string, KnownAgent>;
};

type Waiter = { resolve: (machine: KnownMachine) => void; reject: (error: unknown) => void };

/** Machines that were read lately, and those that are to be read, many in one statement. */
export type MachineQueue = {
  known: Map<string, { machine: KnownMachine; readAtMs: number }>;
  waiting: Map<string, Waiter[]>;
  isReading: boolean;
};

type Context = { services: Pick<Services, "db">; now: () => number };

const gatherMs = 10;
const machinesPerRead = 500;
const waitingMax = 20_000;
const keptMs = 30_000;
const keptMax = 200_000;

export class TooManyQuestionsError extends Error {
  override readonly name = "TooManyQuestionsError";
}

/**
 * Reads a machine's last report from MySQL. Machines that ask at about the same time share one
 * statement, and what was read holds until the machine names another state than it did: so agents do
 * not load the database one by one. Only machines whose cluster has rules for changes, and that are
 * not where they should be, are read at all.
 */
export function readKnownMachine(
  queue: MachineQueue,
  context: Context,
  machineId: string,
  stateDigest: string,
): Promise<KnownMachine> {
  const held = queue.known.get(machineId);
  const isFresh = held && context.now() - held.readAtMs < keptMs;
  if (isFresh && stateDigest !== "" && held.machine.stateDigest === stateDigest)
    return Promise.resolve(held.machine);
  if (queue.waiting.size >= waitingMax) return Promise.reject(new TooManyQuestionsError());
  return new Promise((resolve, reject) => {
    const waiters = queue.waiting.get(machineId);
    if (waiters) waiters.push({ resolve, reject });
    else queue.waiting.set(machineId, [{ resolve, reject }]);
    if (queue.isReading) return;
    queue.isReading = true;
    setTimeout(() => void readWaiting(queue, context), gatherMs);
  });
}

async function readWaiting(queue: MachineQueue, context: Context): Promise<void> {
  while (queue.waiting.size > 0) {
    const part = [...queue.waiting].slice(0, machinesPerRead);
    for (const [machineId] of part) queue.waiting.delete(machineId);
    try {
      const ids = part.map(([machineId]) => machineId);
      const readAtMs = context.now();
      const found = await readMachines(context.services.db, ids);
      for (const [machineId, waiters] of part) {
        const machine = found.get(machineId) ?? unknownMachine;
        if (queue.known.size >= keptMax) queue.known.clear();
        queue.known.set(machineId, { machine, readAtMs });
        for (const { resolve } of waiters) resolve(machine);
      }
    } catch (error) {
      for (const [, waiters] of part) for (const { reject } of waiters) reject(error);
    }
  }
  queue.isReading = false;
}

const unknownMachine: KnownMachine = {
  stateDigest: "",
  labels: {},
  ifritAgentVersion: "",
  agents: new Map(),
};

/** States are read first: a report that is stored in between makes them look old, never new. */
async function readMachines(db: Services["db"], ids: string[]): Promise<Map<string, KnownMachine>> {
  const states = await db
    .select({
      machineId: machineAgentStates.machineId,
      agentName: machineAgentStates.agentName,
      version: machineAgentStates.version,
      phase: machineAgentStates.phase,
      failure: machineAgentStates.failure,
    })
    .from(machineAgentStates)
    .where(inArray(machineAgentStates.machineId, ids));
  const rows = await db
    .select({
      id: machines.id,
      stateDigest: machines.stateDigest,
      facts: machines.facts,
      ifritAgentVersion: machines.ifritAgentVersion,
    })
    .from(machines)
    .where(inArray(machines.id, ids));
  const agents = new Map(ids.map((id) => [id, new Map<string, KnownAgent>()]));
  for (const { machineId, agentName, version, phase, failure } of states)
    agents.get(machineId)?.set(agentName, {
      ...{ version, phase, failedVersion: failure?.version ?? null },
    });
  return new Map(
    rows.map(({ id, stateDigest, facts, ifritAgentVersion }) => [
      id,
      { stateDigest, labels: facts.labels, ifritAgentVersion, agents: agents.get(id) ?? new Map() },
    ]),
  );
}
