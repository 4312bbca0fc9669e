import { and, eq, gt, isNull, or } from "drizzle-orm";
import { clusterLimits } from "../../drizzle/schema/cluster-limits.ts";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import type { MasterControl, MasterControlOrder } from "../contract/master-control.ts";
import { knownBadForMaster } from "../known-bad/known-bad-for-master.ts";
import type { Services } from "../platform/services.ts";
import { readChangeRules } from "./read-change-rules.ts";
import { toControlFreeze, toControlHold } from "./read-control.ts";

/** Holds that ended longer ago than this have run out at the master as well, whatever its clock says. */
const endedMs = 30 * 86_400_000;

/**
 * What a cluster's master should know of freezes, holds and rules, but by its own word does not; null:
 * nothing. What it forgot of its own people's freezes is among it.
 */
export async function controlForMaster(
  services: Pick<Services, "db" | "now">,
  clusterId: string,
  has: MasterControl,
): Promise<MasterControlOrder | null> {
  const order = {
    nowMs: services.now(),
    freezes: await freezesToTell(services, clusterId, has),
    holds: await holdsToTell(services, clusterId, has),
    knownBad: await knownBadForMaster(services, clusterId, has),
    rules: await rulesToTell(services, clusterId, has),
  };
  const says =
    order.freezes.length + order.holds.length + order.knownBad.length > 0 || order.rules !== null;
  return says ? order : null;
}

async function freezesToTell(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
  has: MasterControl,
): Promise<MasterControlOrder["freezes"]> {
  const known = new Map(has.freezes.map((freeze) => [freeze.key, freeze]));
  const bound = or(
    and(
      eq(freezes.origin, "local"),
      or(isNull(freezes.clusterId), eq(freezes.clusterId, clusterId)),
    ),
    and(eq(freezes.origin, "master"), eq(freezes.clusterId, clusterId)),
  );
  const running = or(isNull(freezes.untilMs), gt(freezes.untilMs, now()));
  const rows = await db.select().from(freezes).where(and(bound, running));
  return rows.flatMap((row) => {
    const there = known.get(row.orderKey);
    const stands = row.liftedAtMs === null;
    if (stands && there) return [];
    if (!stands && (row.origin === "master" || !there || there.liftedAtMs !== null)) return [];
    return [{ ...toControlFreeze(row), origin: row.origin === "master" ? "local" : "remote" }];
  });
}

async function holdsToTell(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
  has: MasterControl,
): Promise<MasterControlOrder["holds"]> {
  const known = new Set(has.holds.map(({ key }) => key));
  const nowMs = now();
  const bound = or(
    eq(holds.clusterId, clusterId),
    and(isNull(holds.clusterId), isNull(holds.machineId)),
  );
  const rows = await db
    .select()
    .from(holds)
    .where(and(bound, gt(holds.untilMs, nowMs - endedMs)));
  return rows
    .filter((row) => known.has(row.orderKey) !== row.untilMs > nowMs)
    .map((row) => ({ ...toControlHold(row), origin: "remote" }));
}

/** Rules that were never set here are the master's own. */
async function rulesToTell(
  { db }: Pick<Services, "db">,
  clusterId: string,
  has: MasterControl,
): Promise<MasterControlOrder["rules"]> {
  const [set] = await db
    .select({ id: clusterLimits.clusterId })
    .from(clusterLimits)
    .where(eq(clusterLimits.clusterId, clusterId));
  if (!set) return null;
  const rules = await readChangeRules(db, clusterId);
  return JSON.stringify(rules) === JSON.stringify(has.rules) ? null : rules;
}
