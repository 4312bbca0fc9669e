import { z } from "zod";
import { AgentState } from "../../../lib/contract/agent-state.ts";
import { newAgent, type SimAgent } from "../behaviour/sim-agent.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import type { World } from "./world.ts";

const Remembered = z.object({
  state: AgentState,
  quarantine: z.array(
    z.object({
      version: z.string(),
      releaseId: z.number(),
      failure: AgentState.shape.failure.unwrap(),
    }),
  ),
});

/**
 * What is needed to play the same fleet again. Keys grow from the secret, and counters and sequences
 * follow the clock, so that nothing of them is kept per machine.
 */
export const FleetMemory = z.object({
  schema: z.literal(1),
  name: z.string(),
  seed: z.number(),
  secret: z.string(),
  masterUrl: z.string(),
  clusterId: z.string().nullable(),
  machines: z.number().int(),
  /** What machines run; many have the same. */
  states: z.array(z.array(Remembered)),
  /** For each machine which of `states`; -1: it was not enrolled. */
  stateOf: z.array(z.number().int()),
});
export type FleetMemory = z.infer<typeof FleetMemory>;

/** A change under way is forgotten: the machine begins it again. */
export function rememberFleet(world: World): FleetMemory {
  const { options, machines } = world;
  const indexes = new Map<string, number>();
  const states: FleetMemory["states"] = [];
  const stateOf = machines.map((machine) => {
    if (!machine.enrolled) return -1;
    const remembered = machine.agents.flatMap(rememberAgent);
    const key = JSON.stringify(remembered);
    const known = indexes.get(key);
    if (known !== undefined) return known;
    indexes.set(key, states.length);
    states.push(remembered);
    return states.length - 1;
  });
  return {
    schema: 1,
    name: options.name,
    seed: options.seed,
    secret: options.secret.toString("base64url"),
    masterUrl: options.masterUrl,
    clusterId: world.clusterId,
    machines: machines.length,
    states,
    stateOf,
  };
}

function rememberAgent({ state, from, quarantine }: SimAgent): z.infer<typeof Remembered>[] {
  const version = from ?? state.version;
  if (version === null) return [];
  const settled = { phase: "running" as const, version, targetVersion: null, failure: null };
  const process = { pid: 1, startedAtMs: null, restarts: 0, downloadPercent: null };
  return [{ state: { ...state, ...settled, ...process }, quarantine: [...quarantine] }];
}

/** Sets a machine to what it was when the fleet was remembered. */
export function recallMachine(memory: FleetMemory, machine: SimMachine, nowMs: number): void {
  const at = memory.stateOf[machine.index] ?? -1;
  if (at === -1) return;
  machine.enrolled = true;
  machine.agents = (memory.states[at] ?? []).map(({ state, quarantine }) => ({
    ...newAgent(state.name),
    state: { ...state, startedAtMs: Math.round(nowMs) },
    quarantine,
  }));
}
