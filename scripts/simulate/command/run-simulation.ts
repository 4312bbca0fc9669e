import { UserError } from "../../user-error.ts";
import type { FleetCounts } from "../fleet/count-fleet.ts";
import type { FleetMemory } from "../fleet/fleet-memory.ts";
import { FleetRefusedError } from "../fleet/obtain-token.ts";
import { type Fleet, simulateFleet } from "../simulate-fleet.ts";
import { progressLine, summaryText } from "./describe-counts.ts";
import type { FoundMaster } from "./find-master.ts";
import type { SimulateOptions } from "./read-command.ts";
import { writeStateFile } from "./state-file.ts";
import { startUsage, usageSince } from "./usage.ts";

const progressEveryMs = 2_000;
const saveEveryMs = 60_000;

export type Played = FoundMaster & { machines: number; memory: FleetMemory | null };

/** Plays the fleet until it is told to stop, its time is over or it has converged. Returns the exit code. */
export async function runSimulation(
  options: SimulateOptions,
  played: Played,
  signal: AbortSignal,
): Promise<number> {
  const usage = startUsage();
  const fleet = explained(() => startFleet(options, played, signal));
  const timers = [
    ...(options.quiet ? [] : [showProgress(fleet)]),
    ...(options.state ? [keepState(fleet, options.state)] : []),
    ...(options.duration ? [setTimeout(() => void fleet.stop(), options.duration)] : []),
  ];
  try {
    const converged = options.until ? await arrives(fleet) : false;
    const counts = await (converged ? stopWith(fleet) : fleet.done);
    const result = { name: fleet.name, ...counts, usage: usageSince(usage, counts) };
    console.log(
      options.json ? JSON.stringify(result) : summaryText(fleet.name, counts, result.usage),
    );
    return options.until && !converged ? 1 : 0;
  } catch (error) {
    if (!(error instanceof FleetRefusedError)) throw error;
    throw new UserError(
      `The master does not take this fleet in: ${error.message}`,
      "Use a new --name or the fleet's own --state file, and an enrollment token with enough uses.",
    );
  } finally {
    for (const timer of timers) clearInterval(timer);
    if (options.state) writeStateFile(options.state, fleet.remember());
  }
}

function startFleet(
  options: SimulateOptions,
  { machines, memory, ...master }: Played,
  signal: AbortSignal,
): Fleet {
  const { seed, name, timeScale, download, connections, pipelining } = options;
  return simulateFleet({
    ...{ ...master, machines, seed, name, timeScale, download, connections, pipelining },
    memory: memory ?? undefined,
    ...(options.spread === undefined ? {} : { spreadMs: options.spread }),
    behaviours: {
      types: options.types,
      offline: options.offline,
      comesAndGoes: options.comeAndGo,
      slow: options.slow,
      installed: options.installed,
      fails: options.fail,
      crashLoops: options.crashLoop,
      goesDark: options.dark,
      goesDarkAtOnce: options.darkAtOnce,
      eatsMemory: options.eatMemory,
      eatsCpu: options.eatCpu,
    },
    signal,
  });
}

function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`An option makes no sense. ${error.message}.`, "See --help.");
  }
}

/** false: the fleet ended first, for whatever reason; fleet.done says which. */
async function arrives(fleet: Fleet): Promise<boolean> {
  return fleet.untilConverged().then(
    () => true,
    () => false,
  );
}

/** Stopped, but counted before: what is on its way breaks off. */
async function stopWith(fleet: Fleet): Promise<FleetCounts> {
  const counts = fleet.counts();
  await fleet.stop();
  return counts;
}

function showProgress(fleet: Fleet): NodeJS.Timeout {
  let before = 0;
  let atMs = performance.now();
  return setInterval(() => {
    const counts = fleet.counts();
    const nowMs = performance.now();
    const perSecond = ((counts.checkIns - before) / (nowMs - atMs)) * 1000;
    before = counts.checkIns;
    atMs = nowMs;
    console.error(progressLine(counts, perSecond));
  }, progressEveryMs);
}

/** Written at once too: a fleet whose secret is lost cannot be played again. */
function keepState(fleet: Fleet, path: string): NodeJS.Timeout {
  writeStateFile(path, fleet.remember());
  return setInterval(() => writeStateFile(path, fleet.remember()), saveEveryMs);
}
