import { FailureReason } from "@contract/agent-state.ts";
import { AgentVersion, Sha256 } from "@contract/names.ts";
import { z } from "zod";
import type { AgentLayout } from "../layout.ts";
import { readJson, writeDurably } from "../platform/durable-file.ts";

const ReleaseId = z.number().int().positive();

export const Failure = z.object({
  reason: FailureReason,
  message: z.string().max(1000),
  version: AgentVersion.nullable(),
});
export type Failure = z.infer<typeof Failure>;

/** A switch under way. It is on disk before `current` moves, so that a restart knows how to go on. */
export const PendingChange = z.object({
  from: AgentVersion.nullable(),
  to: AgentVersion,
  releaseId: ReleaseId,
  /** How often the new version has been started and watched. */
  attempts: z.number().int().nonnegative(),
  /** Set once it is decided to go back, and why. */
  rollingBack: Failure.nullable(),
});
export type PendingChange = z.infer<typeof PendingChange>;

export const Quarantined = z.object({
  version: AgentVersion,
  releaseId: ReleaseId,
  failure: Failure,
});
export type Quarantined = z.infer<typeof Quarantined>;

/** When a version was committed, in boot time: the wall clock may jump. */
export const Trial = z.object({
  version: AgentVersion,
  bootId: z.string(),
  /** The start of the process that was watched. */
  startTicks: z.number().int().nonnegative(),
});
export type Trial = z.infer<typeof Trial>;

/** record.json: what disk and /proc alone do not tell about an agent. */
export const AgentRecord = z.object({
  schema: z.literal(1),
  /** The release that brought `current`. */
  releaseId: ReleaseId.nullable(),
  previous: AgentVersion.nullable(),
  change: PendingChange.nullable(),
  /** Versions that failed here, newest last; each is refused until a later release wants it. */
  quarantine: z.array(Quarantined),
  failure: Failure.nullable(),
  /** What went wrong since the last start or switch without keeping the agent from running. */
  note: Failure.nullish(),
  /** This version was being stopped, and its hook afterStop has not run to its end yet. */
  stopping: AgentVersion.nullish(),
  /** The last commit: until the version has proved itself, repeated failures undo it. */
  trial: Trial.nullish(),
  lastRepair: z.object({ atMs: z.number().int().nonnegative(), message: z.string() }).optional(),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

export const emptyRecord: AgentRecord = {
  schema: 1,
  releaseId: null,
  previous: null,
  change: null,
  quarantine: [],
  failure: null,
};

export async function readRecord(layout: AgentLayout): Promise<AgentRecord> {
  return (await readJson(layout.record, AgentRecord)) ?? emptyRecord;
}

export async function updateRecord(
  layout: AgentLayout,
  change: Partial<AgentRecord>,
): Promise<AgentRecord> {
  const record = { ...(await readRecord(layout)), ...change };
  await Deno.mkdir(layout.dir, { recursive: true });
  await writeDurably(layout.record, JSON.stringify(record));
  return record;
}

/** origin.json of an unpacked version: which archive it came from. */
export const VersionOrigin = z.object({
  sha256: Sha256,
  size: z.number().int().positive(),
  /** The release keys' word on that archive; absent when none was asked for. */
  signature: z.string().optional(),
});
export type VersionOrigin = z.infer<typeof VersionOrigin>;
