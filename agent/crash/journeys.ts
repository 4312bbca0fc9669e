import { readRecord } from "../plan/agent-record.ts";
import type { BuiltPackage } from "../testing/build-package.ts";
import type { CrashWorld } from "./crash-world.ts";
import { brokenSample, markedSample } from "./marks.ts";
import { packageOfProgram } from "./programs.ts";
import { whatIsLeft, whatIsWrong } from "./wholeness.ts";

export const journeyNames = ["install", "upgrade", "rollback", "uninstall", "selfUpgrade"] as const;
export type JourneyName = (typeof journeyNames)[number];

/** What a master orders, and when a machine has done it. */
export interface Journey {
  name: JourneyName;
  /** How long it takes about once the machine has heard of it: a kill falls somewhere into that. */
  lastsMs: number;
  order(): Promise<void>;
  /** null: the machine is where it should be. */
  isMissing(): Promise<string | null>;
}

const sample = "sample";
const self = "ifrit-agent";

/** Orders one journey after the other on one machine; each is a release of its own. */
export class Journeys {
  #releases = 0;
  #sample: string | null = null;
  #self = "1.0.0";

  constructor(
    private readonly world: CrashWorld,
    /** Folders with programs of ifrit-agent, by version. */
    private readonly programs: ReadonlyMap<string, string>,
  ) {}

  /** The next one, by chance; what is not there is installed first. */
  next(chance: number): Journey {
    if (this.#sample === null) return this.#install("install");
    if (chance < 0.45) return this.#install("upgrade");
    if (chance < 0.7) return this.#rollback();
    if (chance < 0.85) return this.#uninstall();
    return this.#selfUpgrade();
  }

  #install(name: "install" | "upgrade"): Journey {
    const version = `1.0.${this.#releases + 1}`;
    this.#sample = version;
    return {
      ...{ name, lastsMs: 400 },
      order: async () => this.#release(await markedSample(version)),
      isMissing: () => whatIsWrong(this.world, sample, version),
    };
  }

  #rollback(): Journey {
    const [good, bad] = [this.#sample!, `2.0.${this.#releases + 1}`];
    return {
      ...{ name: "rollback", lastsMs: 1200 },
      order: async () => this.#release(await brokenSample(bad)),
      isMissing: async () => {
        const { quarantine } = await readRecord(this.world.layout.agent(sample));
        if (quarantine.at(-1)?.version !== bad) return `${bad} is not refused`;
        return await whatIsWrong(this.world, sample, good);
      },
    };
  }

  #uninstall(): Journey {
    this.#sample = null;
    return {
      ...{ name: "uninstall", lastsMs: 250 },
      order: () => Promise.resolve(this.world.master.absent(++this.#releases, sample)),
      isMissing: () => whatIsLeft(this.world, sample),
    };
  }

  #selfUpgrade(): Journey {
    const version = [...this.programs.keys()].find((one) => one !== this.#self)!;
    this.#self = version;
    const good = this.#sample!;
    return {
      ...{ name: "selfUpgrade", lastsMs: 5500 },
      order: async () =>
        this.#release(await packageOfProgram(this.programs.get(version)!, version)),
      isMissing: async () => {
        const state = this.world.master.states.get(self);
        if (state?.phase !== "running" || state.version !== version)
          return `ifrit-agent says ${state?.phase} ${state?.version}`;
        return (
          (await whatIsWrong(this.world, self, version)) ??
          (await whatIsWrong(this.world, sample, good))
        );
      },
    };
  }

  async #release(built: BuiltPackage): Promise<void> {
    await this.world.master.director.sign(built);
    this.world.master.release(++this.#releases, built);
  }
}
