import type { MachineType } from "../../../contract/machine-type.ts";
import type { ComparisonFacts, GroupSamples, StageFacts, WeightedValue } from "../facts.ts";

/** Mulberry32: the same seed, the same fleet. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Misbehaviour = {
  /** The share of machines on which the new version misbehaves at all. */
  share: number;
  rssFactor?: number;
  cpuFactor?: number;
  /** It does not start, or keeps exiting. */
  fails?: boolean;
  /** It exits once and then runs. */
  exits?: boolean;
  goesDark?: boolean;
};

/**
 * What happens on machines whatever they run: an agent exits by itself once in a month, a machine is
 * away (reboot, network, repair) once in a hundred days, for a quarter of an hour. Per minute.
 */
const natural = { restart: 1 / (30 * 1440), away: 1 / (100 * 1440), awayMinutes: 15 };
const typeOf: MachineType[] = ["LINUX", "LINUX", "LINUX", "CONTAINER"];
/** A comparison needs no more machines of a group. */
const sampledMax = 600;
const status = { old: 0, changed: 1, failed: 2 } as const;

/**
 * Machines whose CPU and memory differ from each other by a lognormal factor (σ 0.6 and 0.35) and
 * from look to look by another (σ 0.25 and 0.05); agents exit and machines go away now and then.
 * Typed arrays: two hundred releases on ten thousand machines are played in seconds.
 */
export class NoisyFleet {
  readonly #random: () => number;
  readonly #type: Uint8Array;
  readonly #stage: Uint8Array;
  readonly #status: Uint8Array;
  readonly #hit: Uint8Array;
  readonly #restarted: Uint8Array;
  readonly #darkUntil: Float64Array;
  /** ln of per cent of a core and of bytes that the old version uses here on average. */
  readonly #logCpu: Float64Array;
  readonly #logRss: Float64Array;
  #minute = 0;

  constructor(
    seed: number,
    readonly size: number,
    /** Where each stage's share of the ring ends; the first machine alone is stage 0. */
    readonly upToShares: readonly number[],
    readonly changingMax: number,
    readonly bad: Misbehaviour | null = null,
  ) {
    this.#random = randomOf(seed);
    const bytes = () => new Uint8Array(size);
    this.#type = bytes().map(() => Math.floor(this.#random() * typeOf.length));
    this.#stage = bytes().map((_, index) => this.#stageOf(index));
    this.#hit = bytes().map(() => Number(this.#random() < (bad?.share ?? 0)));
    this.#status = bytes();
    this.#restarted = bytes();
    this.#darkUntil = new Float64Array(size);
    const around = (middle: number, sigma: number) => (_: number, index: number) =>
      Math.log(middle) + this.#scale(index) + sigma * this.#gauss();
    this.#logCpu = new Float64Array(size).map(around(3, 0.6));
    this.#logRss = new Float64Array(size).map(around(120e6, 0.35));
  }

  #stageOf(index: number): number {
    const place = this.#random();
    return index === 0 ? 0 : this.upToShares.findIndex((share, at) => at > 0 && place < share);
  }

  #scale(index: number): number {
    return typeOf[this.#type[index]!] === "CONTAINER" ? Math.log(0.3) : 0;
  }

  #gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  get changedMachines(): number {
    return this.#status.reduce((sum, one) => sum + Number(one !== status.old), 0);
  }

  /** Machines of the open stages change, at most changingMax in a round; then the minutes pass. */
  tick(stageIndex: number, minutes: number): void {
    let room = this.changingMax;
    for (let index = 0; index < this.size && room > 0; index += 1) {
      if (this.#stage[index]! > stageIndex || this.#status[index] !== status.old) continue;
      if (this.#darkUntil[index]! > this.#minute) continue;
      room -= 1;
      this.#change(index);
    }
    this.#minute += minutes;
    this.#happen(natural.restart * minutes, (index) => {
      this.#restarted[index] = 1;
    });
    this.#happen(natural.away * minutes, (index) => {
      this.#darkUntil[index] = Math.max(
        this.#darkUntil[index]!,
        this.#minute + natural.awayMinutes,
      );
    });
  }

  /** To each machine with the chance, at the cost of those to whom it happens. */
  #happen(chance: number, happens: (index: number) => void): void {
    const skip = () => Math.floor(Math.log(1 - this.#random()) / Math.log(1 - chance));
    for (let index = skip(); index < this.size; index += 1 + skip()) happens(index);
  }

  #change(index: number): void {
    const bad = this.#hit[index] ? this.bad : null;
    this.#restarted[index] = Number(bad?.exits ?? false);
    this.#status[index] = bad?.fails ? status.failed : status.changed;
    if (bad?.goesDark) this.#darkUntil[index] = Number.POSITIVE_INFINITY;
  }

  stageFacts(): StageFacts[] {
    const facts = this.upToShares.map(() => ({ ...noMachines, failed: { start_failed: 0 } }));
    for (let index = 0; index < this.size; index += 1) {
      const own = facts[this.#stage[index]!]!;
      const dark = this.#darkUntil[index]! > this.#minute;
      const is = this.#status[index];
      own.targeted += 1;
      if (is === status.failed) own.failed.start_failed += 1;
      else if (is === status.changed) own[dark ? "goneDark" : "healthy"] += 1;
      else own[dark ? "offline" : "pending"] += 1;
      if (is === status.changed && this.#restarted[index] && !dark) own.restarted += 1;
    }
    return facts;
  }

  comparison(stageIndex: number): ComparisonFacts {
    const strata = [...new Set(typeOf)].map((machineType) => ({
      machineType,
      treatment: this.#sample(this.#online(machineType, status.changed, 1), this.bad),
      control: this.#sample(this.#online(machineType, status.old, stageIndex + 1), null),
    }));
    return { basis: "level", strata };
  }

  #online(machineType: MachineType, is: number, stageMin: number): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.size; index += 1)
      if (
        this.#status[index] === is &&
        this.#stage[index]! >= stageMin &&
        typeOf[this.#type[index]!] === machineType &&
        this.#darkUntil[index]! <= this.#minute
      )
        found.push(index);
    return found;
  }

  #sample(online: readonly number[], bad: Misbehaviour | null): GroupSamples {
    const cpu = new Map<number, number>();
    const rss = new Map<number, number>();
    const step = Math.max(1, Math.floor(online.length / sampledMax));
    const sampled = online.filter((_, at) => at % step === 0);
    for (const index of sampled) {
      const { cpuFactor = 1, rssFactor = 1 } = (this.#hit[index] && bad) || {};
      addTo(cpu, this.#logCpu[index]! + Math.log(cpuFactor) + 0.25 * this.#gauss());
      addTo(rss, this.#logRss[index]! + Math.log(rssFactor) + 0.05 * this.#gauss());
    }
    return {
      ...{ machines: sampled.length, cpuPercent: valuesOf(cpu), rssBytes: valuesOf(rss) },
      restartedMachines: sampled.filter((index) => this.#restarted[index]).length,
    };
  }
}

const noMachines = {
  ...{ targeted: 0, notEligible: 0, offline: 0, held: 0, pending: 0, downloading: 0 },
  ...{ switching: 0, watching: 0, healthy: 0, rolledBackOnMachine: 0, goneDark: 0 },
  ...{ overBudget: 0, restarted: 0 },
};

/** Bins 5 % wide, as a database would group them. */
function addTo(bins: Map<number, number>, logValue: number): void {
  const bin = Math.floor(logValue / Math.log(1.05));
  bins.set(bin, (bins.get(bin) ?? 0) + 1);
}

function valuesOf(bins: Map<number, number>): WeightedValue[] {
  return [...bins].map(([bin, machines]) => [1.05 ** (bin + 0.5), machines] as const);
}
