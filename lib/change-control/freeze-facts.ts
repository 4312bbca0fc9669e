import { and, desc, eq, isNull, lte, or, sql } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import type { ChangeWindow } from "../contract/change-rules.ts";
import { bindingMark, markValues } from "../known-bad/marks.ts";
import { findMarks, lastLiftedAtMs } from "../known-bad/standing-marks.ts";
import type { Services } from "../platform/services.ts";
import { isWindowOpen, nextOpeningMs } from "../releases/engine/change-window.ts";
import type { Reason } from "../releases/engine/release-record.ts";
import { listFreezes } from "./list-freezes.ts";
import { readChangeRules } from "./read-change-rules.ts";

export type FreezeFacts = { frozen: Reason | null; freezeEndedAtMs: number | null };

const dayMs = 86_400_000;

/**
 * Why no machine of a cluster may begin to change now, and since when they may again: a release waits
 * meanwhile, and its deadlines count from then. A closed window is to a release what a freeze is, and so
 * is a mark on its version.
 */
export async function freezeFacts(
  services: Pick<Services, "db" | "now">,
  clusterId: string,
  { agentName, version }: { agentName: string; version: string | null },
): Promise<FreezeFacts> {
  const nowMs = services.now();
  const [standing] = await listFreezes(services, clusterId);
  const { windows } = await readChangeRules(services.db, clusterId);
  const { db } = services;
  const mark = version && bindingMark(await findMarks(db, agentName, version), clusterId);
  const ended = [
    await lastEndMs(services, clusterId),
    lastOpeningMs(windows, nowMs),
    version && (await lastLiftedAtMs(db, clusterId, agentName, version)),
  ].map((atMs) => atMs || null);
  return {
    frozen: mark
      ? { code: "knownBad", values: markValues(mark) }
      : standing
        ? freezeReason(standing)
        : windowReason(windows, nowMs),
    freezeEndedAtMs: ended.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a)),
  };
}

function freezeReason({
  owner,
  reason,
  untilMs,
}: {
  owner: string;
  reason: string;
  untilMs: number | null;
}): Reason {
  return { code: "freeze", values: { owner, why: reason, ...(untilMs ? { untilMs } : {}) } };
}

function windowReason(windows: readonly ChangeWindow[], nowMs: number): Reason | null {
  if (windows.length === 0 || windows.some((window) => isWindowOpen(window, nowMs))) return null;
  const openings = windows.flatMap((window) => nextOpeningMs(window, nowMs) ?? []);
  return { code: "window", values: openings.length ? { opensAtMs: Math.min(...openings) } : {} };
}

async function lastEndMs(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
): Promise<number | null> {
  const endedAtMs = sql<number>`COALESCE(${freezes.liftedAtMs}, ${freezes.untilMs})`;
  const [row] = await db
    .select({ endedAtMs })
    .from(freezes)
    .where(
      and(or(isNull(freezes.clusterId), eq(freezes.clusterId, clusterId)), lte(endedAtMs, now())),
    )
    .orderBy(desc(endedAtMs))
    .limit(1);
  return row ? Number(row.endedAtMs) : null;
}

/** Windows open at least once a week. */
function lastOpeningMs(windows: readonly ChangeWindow[], nowMs: number): number | null {
  let last: number | null = null;
  for (const window of windows)
    for (
      let at = nextOpeningMs(window, nowMs - 8 * dayMs);
      at !== null && at <= nowMs;
      at = nextOpeningMs(window, at)
    )
      last = Math.max(last ?? 0, at);
  return last;
}
