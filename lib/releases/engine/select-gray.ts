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

/**
 * The machines that a gray stage names when it says which, not who. The same candidates and salt
 * give the same machines, in whatever order they come; a larger share includes a smaller one's.
 */
export function selectGrayMachines(
  candidates: readonly GrayCandidate[],
  { labels = {}, percent = 100, machinesMax = grayMachinesMax }: GraySelection,
  salt: string,
): string[] {
  const ranked = candidates
    .filter((candidate) => carries(candidate, labels))
    .map(({ machineId, online }) => ({ machineId, online, rank: h64(`${salt}/${machineId}`) }))
    .sort((a, b) => Number(b.online) - Number(a.online) || compare(a, b));
  const count = Math.min(Math.ceil((ranked.length * percent) / 100), machinesMax, grayMachinesMax);
  return ranked.slice(0, count).map(({ machineId }) => machineId);
}

function carries({ labels }: GrayCandidate, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

type Ranked = { machineId: string; rank: bigint };

function compare(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.machineId < b.machineId ? -1 : 1;
}
