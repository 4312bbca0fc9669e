import { agentPaths } from "@contract/headers.ts";
import { eventually } from "../testing/eventually.ts";
import { CrashWorld, victims } from "./crash-world.ts";
import { type Journey, type JourneyName, Journeys, journeyNames } from "./journeys.ts";
import { type Gaps, readGaps } from "./marks.ts";
import { buildProgram } from "./programs.ts";
import { seededRandom } from "./seeded-random.ts";

const convergeMs = 60_000;

export interface CrashFigures {
  seed: number;
  kills: number;
  killsByJourney: Record<JourneyName, number>;
  /** What did not become whole within a minute of the restart, in words. */
  broken: string[];
  convergedMs: { p50: number; p95: number; max: number };
  /** Of the managed agent, per upgrade with a kill in it. */
  downtimeMs: { upgrades: number; p50: number; p95: number; max: number };
  /** Starts of the managed agent that no stop went before: it died with ifrit-agent. */
  unannounced: number;
}

interface Tally {
  byJourney: Map<JourneyName, number>;
  broken: string[];
  convergedMs: number[];
  downtimeMs: number[];
  unannounced: number;
}

/**
 * kill -9 at random moments of installs, upgrades, rollbacks, uninstalls and self-upgrades, on machines
 * with guard, ifrit-agent and a managed agent as real processes. Once each has arrived it must be whole.
 * @param options.worlds machines at the same time; each takes its share of the kills
 * @param options.onKill called after each kill that was survived
 */
export async function runCrashes(options: {
  seed: number;
  kills: number;
  worlds: number;
  onKill?: (done: number) => void;
}): Promise<CrashFigures> {
  const versions = ["1.0.0", "2.0.0"];
  const dirs = await Promise.all(versions.map(buildProgram));
  const programs = new Map(versions.map((version, index) => [version, dirs[index]!]));
  const tally: Tally = {
    ...{ byJourney: new Map(), broken: [], convergedMs: [], downtimeMs: [], unannounced: 0 },
  };
  const isEnough = () => tally.convergedMs.length + tally.broken.length >= options.kills;
  const done = () => options.onKill?.(tally.convergedMs.length);
  const worlds = Array.from({ length: options.worlds }, (_, index) =>
    runWorld(programs, seededRandom(options.seed + index), tally, isEnough, done),
  );
  try {
    await Promise.all(worlds);
  } finally {
    await Promise.allSettled(worlds);
    for (const dir of dirs) await Deno.remove(dir, { recursive: true });
  }
  return figuresOf(options.seed, tally);
}

async function runWorld(
  programs: ReadonlyMap<string, string>,
  random: () => number,
  tally: Tally,
  isEnough: () => boolean,
  done: () => void,
): Promise<void> {
  await using world = await CrashWorld.create(programs.get("1.0.0")!);
  const journeys = new Journeys(world, programs);
  while (!isEnough()) {
    const journey = journeys.next(random());
    const from = (await readMarks(world)).length;
    await journey.order();
    await heard(world);
    await sleep(random() * journey.lastsMs);
    const isUnderWay = (await journey.isMissing().catch(String)) !== null;
    const struck = await world.kill(victims[Math.floor(random() * victims.length)]!);
    const killedAtMs = performance.now();
    const missing = await arrival(journey);
    if (missing !== null) {
      tally.broken.push(`${journey.name}: ${missing}`);
      return;
    }
    // A kill that came too late is none that was survived.
    if (!struck || !isUnderWay) continue;
    tally.convergedMs.push(performance.now() - killedAtMs);
    tally.byJourney.set(journey.name, (tally.byJourney.get(journey.name) ?? 0) + 1);
    if (journey.name !== "uninstall") countGaps(tally, journey.name, await gapsOf(world, from));
    done();
  }
}

/** null: the machine has arrived. Otherwise what is missing after a minute. */
async function arrival(journey: Journey): Promise<string | null> {
  let missing: string | null = "nothing was looked at";
  try {
    await eventually(
      journey.name,
      async () => {
        missing = await journey.isMissing();
        return missing === null;
      },
      convergeMs,
    );
    return null;
  } catch (error) {
    return missing ?? String(error);
  }
}

/** ifrit-agent has asked since now: the order may have reached it. */
async function heard({ master }: CrashWorld): Promise<void> {
  const asked = () => master.requests.filter(({ path }) => path === agentPaths.desiredState).length;
  const before = asked();
  await eventually("a check-in", () => asked() > before, convergeMs);
}

function countGaps(tally: Tally, name: JourneyName, gaps: Gaps): void {
  if (name === "upgrade") tally.downtimeMs.push(gaps.gapsMs.reduce((a, b) => a + b, 0));
  tally.unannounced += gaps.unannounced;
}

async function gapsOf(world: CrashWorld, from: number): Promise<Gaps> {
  return readGaps((await readMarks(world)).slice(from));
}

function readMarks(world: CrashWorld): Promise<string> {
  return Deno.readTextFile(`${world.layout.agent("sample").data}/marks`).catch(() => "");
}

function figuresOf(seed: number, tally: Tally): CrashFigures {
  const { byJourney, broken, convergedMs, downtimeMs, unannounced } = tally;
  const killsByJourney = Object.fromEntries(
    journeyNames.map((name) => [name, byJourney.get(name) ?? 0]),
  ) as Record<JourneyName, number>;
  return {
    ...{ seed, kills: convergedMs.length + broken.length, killsByJourney, broken },
    convergedMs: spread(convergedMs),
    downtimeMs: { upgrades: downtimeMs.length, ...spread(downtimeMs) },
    unannounced,
  };
}

function spread(values: readonly number[]): { p50: number; p95: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
