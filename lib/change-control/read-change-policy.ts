import { and, desc, eq, gt, inArray, isNull, or } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { ReleaseState } from "../contract/release-state.ts";
import { readStandingMarks } from "../known-bad/standing-marks.ts";
import type { Transaction } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { type ChangePolicy, rolledBackKey, stoppedKey } from "./change-control.ts";
import { toHold } from "./list-holds.ts";
import { readRules } from "./read-change-rules.ts";

/** Of stopped releases the newest so many are known: older ones name versions that are long gone. */
const stoppedReleasesMax = 5_000;

/** What MySQL says now, as one consistent moment. */
export async function readChangePolicy(
  services: Pick<Services, "db" | "now">,
): Promise<ChangePolicy> {
  const nowMs = services.now();
  return services.db.transaction(
    async (tx) => {
      const standing = and(
        isNull(freezes.liftedAtMs),
        or(isNull(freezes.untilMs), gt(freezes.untilMs, nowMs)),
      );
      const held = await tx.select().from(holds).where(gt(holds.untilMs, nowMs));
      return {
        freezes: await tx.select().from(freezes).where(standing),
        holds: held.map(toHold),
        rules: await readRules(tx),
        knownBad: await readStandingMarks(tx),
        ...(await readStopped(tx)),
      };
    },
    { isolationLevel: "repeatable read", withConsistentSnapshot: true },
  );
}

type StoppedRow = {
  releaseId: number;
  agentName: string;
  version: string | null;
  clusterId: string;
  state: ReleaseState;
  isRolledBack: boolean;
};

async function readStopped(tx: Transaction): Promise<Pick<ChangePolicy, "stopped" | "rolledBack">> {
  const rows = await tx
    .select({
      ...{ releaseId: releases.id, agentName: releases.agentName, version: releases.version },
      ...{ state: releases.state, clusterId: releaseClusters.clusterId },
      clusterState: releaseClusters.state,
    })
    .from(releases)
    .innerJoin(releaseClusters, eq(releaseClusters.releaseId, releases.id))
    .where(
      or(
        inArray(releases.state, ["paused", "aborted", "rolledBack"]),
        eq(releaseClusters.state, "rolledBack"),
      ),
    )
    .orderBy(desc(releases.id))
    .limit(stoppedReleasesMax);
  const stopped = rows.map(({ clusterState, ...row }) => ({
    ...row,
    isRolledBack: row.state === "rolledBack" || clusterState === "rolledBack",
  }));
  return { stopped: stoppedStates(stopped), rolledBack: await rolledBackVersions(tx, stopped) };
}

/** What was rolled back, but is still named by documents until they are composed anew, counts as ended. */
function stoppedStates(rows: readonly StoppedRow[]): Map<string, ReleaseState> {
  return new Map(
    rows.map(({ clusterId, releaseId, isRolledBack, state }) => [
      stoppedKey(clusterId, releaseId),
      isRolledBack ? "aborted" : state,
    ]),
  );
}

/** Without those versions that a later release brought anew, and that was not rolled back. */
async function rolledBackVersions(
  tx: Transaction,
  rows: readonly StoppedRow[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const rolledBack = rows.filter((row) => row.isRolledBack);
  const agentNames = [...new Set(rolledBack.map((row) => row.agentName))];
  if (agentNames.length === 0) return found;
  const later = await tx
    .select({ id: releases.id, agentName: releases.agentName, version: releases.version })
    .from(releases)
    .where(
      and(
        inArray(releases.agentName, agentNames),
        inArray(releases.state, ["running", "paused", "completed", "aborted"]),
      ),
    );
  for (const { releaseId, agentName, version, clusterId } of rolledBack)
    if (
      version !== null &&
      !later.some((r) => r.id > releaseId && r.agentName === agentName && r.version === version)
    )
      found.add(rolledBackKey(clusterId, agentName, version));
  return found;
}
