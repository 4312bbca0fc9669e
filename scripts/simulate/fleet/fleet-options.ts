import type { AgentPhase } from "../../../lib/contract/agent-state.ts";
import { type Behaviours, calmBehaviours } from "../behaviour/behaviours.ts";
import type { FleetMemory } from "./fleet-memory.ts";

/** An agent of a machine came into another phase. */
export type PhaseChange = {
  atMs: number;
  machineId: string;
  agent: string;
  /** null: there was nothing of it. */
  from: AgentPhase | null;
  /** null: it was uninstalled. */
  to: AgentPhase | null;
  version: string | null;
  targetVersion: string | null;
  releaseId: number | null;
};

export type FleetOptions = {
  masterUrl: string;
  machines: number;
  /** With as many uses as there are machines. Not needed when `tokenFor` is given. */
  enrollmentToken?: string;
  /** The cluster that the enrollment token must be of; the fleet fails when it is of another. */
  clusterId?: string;
  behaviours?: Partial<Behaviours>;
  seed?: number;
  /** Begins the machines' ids: letters, digits and dashes. Another fleet needs another name. */
  name?: string;
  /** The keys of all its machines grow from it; random by default. */
  secret?: Buffer;
  /** How much faster than the wall the machines live: cycles and phases are so much shorter. */
  timeScale?: number;
  /** Machines already known to this master by a token: they neither enroll nor ask for one. */
  tokenFor?: (machineId: string) => string;
  /** A fleet that was played before. Its name, secret and seed take the place of those above. */
  memory?: FleetMemory;
  /** Fetch the archives, and check their digests. */
  download?: boolean;
  /** The first check-ins are spread over so long; by default as 5,000 per second. */
  spreadMs?: number;
  connections?: number;
  pipelining?: number;
  onPhase?: (change: PhaseChange) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
  signal?: AbortSignal;
};

export type ResolvedOptions = Required<
  Omit<FleetOptions, "behaviours" | "tokenFor" | "memory" | "onPhase" | "signal" | "clusterId">
> &
  Pick<FleetOptions, "tokenFor" | "memory" | "onPhase" | "signal" | "clusterId"> & {
    behaviours: Behaviours;
  };

const firstCheckInsPerSecond = 5_000;

/** @throws RangeError when an option makes no sense. */
export function resolveOptions(options: FleetOptions, randomBytes: (n: number) => Buffer) {
  const { memory } = options;
  const resolved: ResolvedOptions = {
    enrollmentToken: "",
    timeScale: 1,
    download: false,
    spreadMs: (options.machines / firstCheckInsPerSecond) * 1000,
    connections: 16,
    pipelining: 8,
    now: () => performance.timeOrigin + performance.now(),
    ...options,
    behaviours: { ...calmBehaviours, ...options.behaviours },
    seed: memory?.seed ?? options.seed ?? 1,
    name: memory?.name ?? options.name ?? `sim-${randomBytes(3).toString("hex")}`,
    secret: memory ? Buffer.from(memory.secret, "base64url") : (options.secret ?? randomBytes(32)),
  };
  check(resolved);
  return resolved;
}

function check({ machines, timeScale, name, behaviours }: ResolvedOptions): void {
  if (!Number.isInteger(machines) || machines < 1 || machines > 2_000_000)
    throw new RangeError("machines: a whole number from 1 to 2,000,000");
  if (!(timeScale > 0 && timeScale <= 1000)) throw new RangeError("timeScale: above 0, up to 1000");
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name))
    throw new RangeError("name: lower-case letters, digits and dashes, at most 41");
  for (const key of ["offline", "comesAndGoes", "slow"] as const)
    if (!(behaviours[key] >= 0 && behaviours[key] <= 1))
      throw new RangeError(`${key}: a share from 0 to 1`);
}
