import xxhash from "xxhash-wasm";
import type { GraySelection } from "../../contract/release-plan.ts";

export const grayMachinesMax = 5000;

const { h64 } = await xxhash();

/** A machine of the plan's types that may take part. */
export type GrayCandidate = {
  machineId: string;
  labels: Readonly<Record<string, string>>;
  /** Machines that are not online now come last: nobody learns from a silent machine. */
  online: boolean;
};

type Ranked = { machineId: string; online: boolean; rank: bigint };

/**
 * The machines that a gray stage names when it says which, not who. The same candidates and salt
 * give the same machines, in whatever order they come; a larger share includes a smaller one's.
 */
export function selectGrayMachines(
  candidates: Iterable<GrayCandidate>,
  selection: GraySelection,
  salt: string,
): string[] {
  const selector = new GraySelector(selection, salt);
  for (const candidate of candidates) selector.add(candidate);
  return selector.chosen();
}

/** Candidates may come one by one: of a million it keeps those that may still be chosen. */
export class GraySelector {
  readonly #selection: GraySelection;
  readonly #salt: string;
  readonly #keptMax: number;
  #kept: Ranked[] = [];
  #count = 0;

  constructor(selection: GraySelection, salt: string) {
    this.#selection = selection;
    this.#salt = salt;
    this.#keptMax = Math.min(selection.machinesMax ?? grayMachinesMax, grayMachinesMax);
  }

  add({ machineId, labels, online }: GrayCandidate): void {
    if (!carries(labels, this.#selection.labels ?? {})) return;
    this.#count += 1;
    this.#kept.push({ machineId, online, rank: h64(`${this.#salt}/${machineId}`) });
    if (this.#kept.length > 2 * this.#keptMax + 1_000) this.#cut(this.#keptMax);
  }

  chosen(): string[] {
    const share = Math.ceil((this.#count * (this.#selection.percent ?? 100)) / 100);
    this.#cut(Math.min(share, this.#keptMax));
    return this.#kept.map(({ machineId }) => machineId);
  }

  #cut(length: number): void {
    this.#kept = this.#kept.sort(compare).slice(0, length);
  }
}

function carries(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function compare(a: Ranked, b: Ranked): number {
  if (a.online !== b.online) return a.online ? -1 : 1;
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.machineId < b.machineId ? -1 : 1;
}
