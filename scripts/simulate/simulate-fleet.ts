import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { draw, randomStream } from "./behaviour/random.ts";
import { newAgent, type SimAgent, started } from "./behaviour/sim-agent.ts";
import { attend } from "./fleet/attend.ts";
import { bringUp } from "./fleet/bring-up.ts";
import { countFleet, type FleetCounts } from "./fleet/count-fleet.ts";
import { type FleetMemory, recallMachine, rememberFleet } from "./fleet/fleet-memory.ts";
import { type FleetOptions, type ResolvedOptions, resolveOptions } from "./fleet/fleet-options.ts";
import { MachineSurroundings } from "./fleet/machine-surroundings.ts";
import { newTally } from "./fleet/tally.ts";
import { TimerWheel } from "./fleet/timer-wheel.ts";
import type { World } from "./fleet/world.ts";
import { MasterClient } from "./http/master-client.ts";
import { machineIdOf, machineTypeOf } from "./machine/describe-machine.ts";
import { DesiredDocuments } from "./machine/desired-documents.ts";
import { newMachine, type SimMachine } from "./machine/sim-machine.ts";
import { StateDigests } from "./machine/state-digests.ts";

export type Fleet = {
  readonly name: string;
  machineIds: () => string[];
  /** How a machine stands; for looking at, not for changing. null: not of this fleet. */
  machine: (machineId: string) => Readonly<SimMachine> | null;
  counts: () => FleetCounts;
  /** Resolves when all machines on the net have done what is desired; rejects when the fleet ends first. */
  untilConverged: () => Promise<FleetCounts>;
  /** To play the same fleet again. */
  remember: () => FleetMemory;
  /** Nothing is sent after it. Resolves to the last counts. */
  stop: () => Promise<FleetCounts>;
  /** When the fleet was stopped; rejects when the master refused it. */
  done: Promise<FleetCounts>;
};

const tickMs = 10;
/** Then it is the connections' turn: a fleet that asks for more than this process can do slows down evenly. */
const turnMs = 5;
const convergenceCheckMs = 250;

/**
 * Plays a fleet of machines against a running master, over HTTP, until it is stopped.
 * @throws RangeError when an option makes no sense.
 */
export function simulateFleet(given: FleetOptions): Fleet {
  const options = resolveOptions(given, randomBytes);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  let refusal: Error | null = null;
  const world = createWorld(options, stopping.signal, (error) => {
    refusal ??= error;
    stopping.abort();
  });
  const ticking = setInterval(
    () => world.wheel.advance(world.now(), (index) => world.attend(world.machines[index]!), turnMs),
    tickMs,
  );
  const started = bringUp(world);
  const done = new Promise<void>((resolve) => onceAborted(stopping.signal, resolve)).then(
    async () => {
      clearInterval(ticking);
      world.client.close();
      await started;
      if (refusal) throw refusal;
      return countFleet(world);
    },
  );
  done.catch(() => undefined);
  started.catch((error) => world.fail(error));
  if (options.signal) onceAborted(options.signal, () => stopping.abort());
  return handleOf(world, stopping, done);
}

function handleOf(world: World, stopping: AbortController, done: Promise<FleetCounts>): Fleet {
  const byId = new Map(world.machines.map((machine) => [machine.id, machine]));
  return {
    name: world.options.name,
    machineIds: () => [...byId.keys()],
    machine: (machineId) => byId.get(machineId) ?? null,
    counts: () => countFleet(world),
    untilConverged: () => untilConverged(world, done),
    remember: () => rememberFleet(world),
    stop: () => {
      stopping.abort();
      return done;
    },
    done,
  };
}

function createWorld(
  options: ResolvedOptions,
  stopping: AbortSignal,
  fail: (error: Error) => void,
): World {
  const { machines, seed, masterUrl, connections, pipelining, now } = options;
  const random = randomStream(seed);
  const world: World = {
    options,
    client: new MasterClient(new URL(masterUrl), { connections, pipelining }),
    machines: Array.from({ length: machines }, (_, index) => createMachine(options, index, random)),
    wheel: new TimerWheel(machines, tickMs, now()),
    documents: new DesiredDocuments(),
    digests: new StateDigests(),
    tally: newTally(),
    random,
    surroundings: new MachineSurroundings(options, random),
    now,
    clusterId: options.clusterId ?? options.memory?.clusterId ?? null,
    downloads: { running: 0, waiting: [], begun: new WeakSet() },
    stopping,
    fail,
    attend: (machine) => attend(world, machine),
  };
  return world;
}

function createMachine(options: ResolvedOptions, index: number, random: () => number): SimMachine {
  const { behaviours, seed, name, now, memory } = options;
  const machine = newMachine({
    index,
    id: machineIdOf(name, index),
    ...machineTypeOf(behaviours.types, seed, index),
    slow: draw(seed, index, "slow") < behaviours.slow,
    agents: behaviours.installed.map((agent) => installed(agent, now(), random)),
  });
  if (memory) recallMachine(memory, machine, now());
  return machine;
}

function installed(
  { name, version }: { name: string; version: string },
  nowMs: number,
  random: () => number,
): SimAgent {
  const agent = newAgent(name);
  const process = started({ nowMs, random });
  return { ...agent, state: { ...agent.state, phase: "running", version, ...process } };
}

async function untilConverged(world: World, done: Promise<FleetCounts>): Promise<FleetCounts> {
  for (;;) {
    const counts = countFleet(world);
    if (counts.converged) return counts;
    const timer = new Promise((resolve) => setTimeout(resolve, convergenceCheckMs));
    const ended = await Promise.race([timer, done.then(() => "ended")]);
    if (ended === "ended") throw new Error("the fleet was stopped before it converged");
  }
}

function onceAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", () => act(), { once: true });
}
