import { z } from "zod";
import { AgentName, ClusterId, MachineId } from "./names.ts";

/*
 * What keeps machines from changing now, whatever they should run. Times are milliseconds since the
 * epoch by the server's clock.
 */

const timeMs = z.number().int().nonnegative();
const why = {
  /** Who is to be asked. */
  owner: z.string().min(1).max(120),
  reason: z.string().max(500).default(""),
};

/** A wall-clock time, "00:00" … "23:59". */
export const WallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time like 22:30");

/** An IANA zone such as Asia/Shanghai. */
export const TimeZone = z.string().max(64).refine(isTimeZone, "not a known time zone");

/** Changes begin only from `from` (inclusive) to `to` (exclusive) by the zone's wall clock. */
export const ChangeWindow = z.object({
  /** Days on which it opens: 1 Monday … 7 Sunday. */
  days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  from: WallTime,
  /** Not after `from`: of the next day. Equal: 24 hours. */
  to: WallTime,
  timeZone: TimeZone,
});
export type ChangeWindow = z.infer<typeof ChangeWindow>;

/** Nothing new is offered, in one cluster or (null) everywhere. */
export const Freeze = z.object({
  clusterId: ClusterId.nullable(),
  ...why,
  /** null: until somebody lifts it. */
  untilMs: timeMs.nullable(),
  /** What a rollback brings is not new. false: not even that. */
  allowsRollBack: z.boolean().default(true),
});
export type Freeze = z.infer<typeof Freeze>;

/** One machine, or all that carry the labels, is left out until then. */
export const Hold = z.object({
  id: z.number().int().positive(),
  target: z.union([
    z.object({ machineId: MachineId }),
    z.object({ labels: z.record(z.string().max(63), z.string().max(255)) }),
  ]),
  /** null: all agents. */
  agentName: AgentName.nullable().default(null),
  ...why,
  untilMs: timeMs,
});
export type Hold = z.infer<typeof Hold>;

/** A cluster's standing rules. */
export const ChangeRules = z.object({
  /** Empty: at any time. */
  windows: z.array(ChangeWindow).max(50).default([]),
  /** Machines that may be changing at once. null: any number. */
  changingMax: z.number().int().min(1).nullable().default(null),
  /** The same for rollbacks, which are counted apart. */
  rollBackChangingMax: z.number().int().min(1).nullable().default(null),
  /** The least time between two changes of a machine. */
  secondsBetweenChanges: z.number().int().min(0).max(86_400).default(0),
});
export type ChangeRules = z.infer<typeof ChangeRules>;

/** Why a machine may not change now, with the values that the sentence is filled with. */
export const changeBlockedCodes = [
  /** owner, reason, untilMs (absent: until it is lifted), scope: all or the cluster's id */
  "freeze",
  /** holdId, owner, reason, untilMs */
  "hold",
  /** releaseId */
  "releasePaused",
  /** releaseId: it was ended where it stood; roll it back, or release anew */
  "releaseAborted",
  /** opensAtMs (absent: never) */
  "window",
  /** untilMs */
  "tooSoon",
  /** changing, changingMax */
  "cap",
  /** ifrit-agent itself is being upgraded on the machine */
  "ifritAgentUpgrade",
  /** ifrit-agent waits until the other agents on the machine are done */
  "otherChange",
  /** badVersion, by, reason, sinceMs: what the machine would change to is known to be bad */
  "knownBad",
  /** store: mysql or redis. What the decision needs cannot be read, so nothing begins to change */
  "unavailable",
] as const;
export const ChangeBlockedCode = z.enum(changeBlockedCodes);
export type ChangeBlockedCode = z.infer<typeof ChangeBlockedCode>;

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
