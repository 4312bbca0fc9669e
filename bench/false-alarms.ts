import { gateDefaults } from "../lib/releases/engine/judge-stage.ts";
import type { Misbehaviour } from "../lib/releases/engine/testing/noisy-fleet.ts";
import { playSafeRelease } from "../lib/releases/engine/testing/play-release.ts";

/*
 * How often does the safe template halt a version that is no different from the one before? A fleet's
 * machines differ in CPU and memory from each other and from look to look, agents exit and machines go
 * away by themselves (lib/releases/engine/testing/noisy-fleet.ts): whatever halts a release here is a
 * false alarm. Beside it what the same gates do with versions that are bad, since a gate that never
 * halts raises no false alarm either: how many were halted, and how far they came at most.
 *
 * IFRIT_BENCH_SEEDS: as many releases. IFRIT_BENCH_MACHINES: another size.
 */

const seeds = Number(process.env.IFRIT_BENCH_SEEDS ?? 200);
const size = Number(process.env.IFRIT_BENCH_MACHINES ?? 10_000);
const badSeeds = Math.ceil(seeds / 10);
const changingMax = Math.max(1, Math.round(0.005 * size));

const versions: Record<string, Misbehaviour> = {
  "fails on 5 %": { share: 0.05, fails: true },
  "goes dark on 5 %": { share: 0.05, goesDark: true },
  "exits now and then on 15 %": { share: 0.15, exits: true },
  "twice the memory": { share: 1, rssFactor: 2 },
  "four times the CPU": { share: 1, cpuFactor: 4 },
  "eight times the memory on 5 %": { share: 0.05, rssFactor: 8 },
};

const reasons: Record<string, number> = {};
let alarms = 0;
for (let seed = 0; seed < seeds; seed += 1) {
  const { release } = playSafeRelease({ seed, size, changingMax: size / 5, minutesPerTick: 5 });
  if (release.clusters[0]!.state === "waitingForVerification") continue;
  alarms += 1;
  const { code, values } = release.stateReason!;
  const why = `${code} ${values.reason}`;
  reasons[why] = (reasons[why] ?? 0) + 1;
}
process.stdout.write(
  `${alarms} of ${seeds} good releases were halted ${JSON.stringify(reasons)}\n`,
);

const bad = Object.entries(versions).map(([version, misbehaviour]) => {
  const played = Array.from({ length: badSeeds }, (_, seed) =>
    playSafeRelease({ seed, size, changingMax, minutesPerTick: 1, bad: misbehaviour }),
  );
  const halted = played.filter(({ release }) => release.state === "paused").length;
  const changed = played.map(({ fleet }) => fleet.changedMachines).sort((a, b) => a - b);
  const share = (machines: number) => Math.round((machines / size) * 1000) / 1000;
  const [median, most] = [share(changed[changed.length >> 1]!), share(changed.at(-1)!)];
  process.stdout.write(
    `${version}: ${halted} of ${badSeeds} halted; ${perCent(median)} changed, ${perCent(most)} at most\n`,
  );
  return { version, halted, of: badSeeds, changedShare: median, changedShareMax: most };
});

const summary = {
  bench: "false-alarms",
  subject: alarms / seeds,
  unit: "share of good releases that were halted",
  ...{ seeds, machines: size, alarms, reasons, changingMax, bad },
  controlRatioMax: gateDefaults.control.ratioMax,
};
process.stdout.write(`${JSON.stringify(summary)}\n`);

function perCent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
