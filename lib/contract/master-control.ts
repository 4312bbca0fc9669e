import { z } from "zod";
import { ChangeRules, Freeze, Hold } from "./change-rules.ts";
import { KnownBad } from "./known-bad.ts";

/*
 * What keeps the machines of a cluster from changing, as manage and the cluster's master speak of it. A
 * freeze or hold has a key that is the same on both sides. It is ordered once and ended once, and both
 * are final, so that whatever is told twice, late, or by a database that was restored changes nothing,
 * or adds a stop. Times are by the clock of the side that sends them, together with its nowMs.
 */

const timeMs = z.number().int().nonnegative();
const key = z.string().min(1).max(36);
/** local: ordered by the master's own people, who alone end it. remote: ordered by manage. */
const origin = z.enum(["local", "remote"]);

const ended = {
  /** null: it stands, or runs out by itself. */
  liftedAtMs: timeMs.nullable(),
  liftedBy: z.string().max(120),
};

export const ControlFreeze = Freeze.omit({ clusterId: true }).extend({
  ...{ key, origin, sinceMs: timeMs, ...ended },
});
export type ControlFreeze = z.infer<typeof ControlFreeze>;

export const ControlHold = Hold.omit({ id: true }).extend({ key, origin, createdAtMs: timeMs });
export type ControlHold = z.infer<typeof ControlHold>;

/** Ordered by manage alone. */
export const ControlKnownBad = KnownBad.omit({ clusterId: true }).extend({ key, ...ended });
export type ControlKnownBad = z.infer<typeof ControlKnownBad>;

/** As the master has it: what stands, and freezes and marks that were lifted lately. */
export const MasterControl = z.object({
  freezes: z.array(ControlFreeze).max(2_000),
  holds: z.array(ControlHold).max(20_000),
  /** Versions that its machines are not changed to. */
  knownBad: z.array(ControlKnownBad).max(20_000).default([]),
  rules: ChangeRules,
});
export type MasterControl = z.infer<typeof MasterControl>;

/**
 * PUT clusters/{id}/control: what the master should know, but does not; carried out whole or not at
 * all. A freeze with liftedAtMs is to be lifted; of origin local, that is refused. An unknown one of
 * origin local is what the master forgot when it was restored from a backup.
 */
export const MasterControlOrder = MasterControl.extend({
  nowMs: timeMs,
  /** With an untilMs that has passed: to be ended. */
  holds: MasterControl.shape.holds,
  /** null: as they are. */
  rules: ChangeRules.nullable(),
});
export type MasterControlOrder = z.infer<typeof MasterControlOrder>;
export const MasterControlAnswer = z.object({ nowMs: timeMs, control: MasterControl });
