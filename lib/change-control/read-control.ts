import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import type { ControlFreeze, ControlHold, MasterControl } from "../contract/master-control.ts";
import { readControlKnownBad } from "../known-bad/read-control-known-bad.ts";
import type { Database } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { toHold } from "./list-holds.ts";
import { readChangeRules } from "./read-change-rules.ts";

/** So long a freeze that was lifted is still told: manage may not have heard of it. */
const toldMs = 30 * 86_400_000;

type Reader = Pick<Database, "select">;

/** On the master's side: what keeps a cluster's machines from changing, as manage is told of it. */
export async function readControl(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
): Promise<MasterControl> {
  const nowMs = now();
  const told = or(isNull(freezes.liftedAtMs), gt(freezes.liftedAtMs, nowMs - toldMs));
  const standing = or(isNull(freezes.untilMs), gt(freezes.untilMs, nowMs));
  const bound = or(isNull(freezes.clusterId), eq(freezes.clusterId, clusterId));
  const frozen = await db
    .select()
    .from(freezes)
    .where(and(bound, told, standing))
    .orderBy(asc(freezes.id));
  return {
    freezes: frozen.map(toControlFreeze),
    holds: await readControlHolds(db, clusterId, nowMs),
    knownBad: await readControlKnownBad({ db, now }, clusterId),
    rules: await readChangeRules(db, clusterId),
  };
}

async function readControlHolds(
  db: Reader,
  clusterId: string,
  nowMs: number,
): Promise<ControlHold[]> {
  const bound = or(isNull(holds.clusterId), eq(holds.clusterId, clusterId));
  const rows = await db
    .select()
    .from(holds)
    .where(and(bound, gt(holds.untilMs, nowMs)))
    .orderBy(asc(holds.id));
  return rows.map(toControlHold);
}

type FreezeRow = typeof freezes.$inferSelect;
type HoldRow = typeof holds.$inferSelect;

/** To a master, what manage ordered itself is remote, and what the master's people ordered is local. */
export function toControlFreeze(row: FreezeRow): ControlFreeze {
  const { orderKey: key, origin, sinceMs, untilMs, owner, reason } = row;
  const { allowsRollBack, liftedAtMs, liftedBy } = row;
  return {
    ...{ key, sinceMs, untilMs, owner, reason, allowsRollBack, liftedAtMs, liftedBy },
    origin: origin === "remote" ? "remote" : "local",
  };
}

export function toControlHold(row: HoldRow): ControlHold {
  const { target, agentName, owner, reason, untilMs, createdAtMs } = toHold(row);
  const { orderKey: key, origin } = row;
  return { key, origin, target, agentName, owner, reason, untilMs, createdAtMs };
}
