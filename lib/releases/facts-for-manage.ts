import type { MasterFactsAnswer, MasterFactsRequest } from "../contract/master-api.ts";
import { listFailures } from "../fleet-status/list-failures.ts";
import type { Services } from "../platform/services.ts";
import { findAppliedOrder } from "./applied-orders.ts";
import { failuresOf } from "./engine/facts.ts";
import type { ReleaseRecord } from "./engine/release-record.ts";
import { outcomeQuery, readClusterFacts } from "./read-facts.ts";
import { loadRelease } from "./release-rows.ts";

/**
 * On the master's side: where the machines stand, and which order that is evidence of. The order is
 * looked up before the machines are counted, so the counts are at least as new.
 */
export async function factsForManage(
  services: Services,
  clusterId: string,
  { nowMs, release }: MasterFactsRequest,
): Promise<MasterFactsAnswer> {
  const applied = await findAppliedOrder(services.db, release.id, clusterId);
  const held = applied ? (await loadRelease(services.db, release.id)).clusters : [];
  const ownNowMs = services.now();
  const record = recordOf(release, ownNowMs - nowMs);
  const facts = await readClusterFacts(services, record, clusterId);
  const {
    factsAtMs,
    returnUntilMs,
    machines,
    stages,
    silence,
    comparison,
    frozen,
    freezeEndedAtMs,
  } = facts;
  const anyFailed = facts.stages.some((stage) => failuresOf(stage) > 0);
  const failures = anyFailed
    ? await listFailures(
        services.db,
        await outcomeQuery(services, record, clusterId, { factsAtMs }),
      )
    : [];
  const masterStageIndex = held.find((one) => one.clusterId === clusterId)?.stageIndex ?? -1;
  return {
    nowMs: ownNowMs,
    appliedRevision: applied?.revision ?? null,
    facts: {
      ...{ factsAtMs, machines, frozen, freezeEndedAtMs, masterStageIndex },
      stages: [...stages],
      ...(returnUntilMs === undefined ? {} : { returnUntilMs }),
      ...(silence ? { silence: { ...silence, goneDarkLately: [...silence.goneDarkLately] } } : {}),
      comparison: comparison as MasterFactsAnswer["facts"]["comparison"],
    },
    failures,
  };
}

/** Openings are compared with what machines did, so they are brought to our clock. */
function recordOf(
  { cluster, ...release }: MasterFactsRequest["release"],
  shiftMs: number,
): ReleaseRecord {
  const { id, plan, state, stateReason, timestampMs } = release;
  const stageOpenedAtMs = cluster.stageOpenedAtMs.map((openedAtMs) => openedAtMs + shiftMs);
  const convergedAtMs = cluster.convergedAtMs === null ? null : cluster.convergedAtMs + shiftMs;
  return {
    ...{ id, plan, state, stateReason, timestampMs },
    clusters: [{ ...cluster, stageOpenedAtMs, convergedAtMs, marks: {} }],
  };
}
