import type { ReleaseFacts, StageFacts } from "../facts.ts";
import { planOf, type ReleaseRecord } from "../release-record.ts";
import { firstStageOf } from "./naive-oracle.ts";
import { clusterFacts, factsOf, stageFacts } from "./plans.ts";
import { hasAlready, type SmallMachine } from "./small-machine.ts";
import type { SmallWorld } from "./small-world.ts";

/** Where the machines of each cluster of a release stand, counted one by one. */
export function smallWorldFacts(world: SmallWorld, record: ReleaseRecord): ReleaseFacts {
  const clusters = record.clusters.map(({ clusterId }) => {
    const facts = planOf(record, clusterId).stages.map(() => stageFacts());
    const own = world.machines.filter((machine) => machine.clusterId === clusterId);
    for (const machine of own) {
      const stage = facts[firstStageOf(record, machine)];
      if (!stage || !isCounted(world, record, machine)) continue;
      stage.targeted += 1;
      count(world, record, machine, stage);
    }
    const frozen = world.isFrozen(clusterId) ? { code: "freeze", values: {} } : null;
    const changed = { machines: own.length, frozen };
    return [clusterId, clusterFacts(world.nowMs, facts, changed)] as const;
  });
  return factsOf(Object.fromEntries(clusters));
}

/** Those that a newer release reaches are that one's business. */
function isCounted(world: SmallWorld, { plan, timestampMs }: ReleaseRecord, machine: SmallMachine) {
  const winner = world.oracle(machine).get(plan.agentName);
  const isNewer = winner && world.releases[winner.releaseId - 1]!.record.timestampMs > timestampMs;
  return plan.machineTypes.includes(machine.type) && !isNewer;
}

function count(
  world: SmallWorld,
  { id, plan }: ReleaseRecord,
  machine: SmallMachine,
  stage: StageFacts,
) {
  const { agentName, version } = plan;
  const isChanged = machine.runs.get(agentName)?.releaseId === id;
  const isThere =
    isChanged || (version === null && hasAlready(machine, { ...plan, releaseId: id, version }));
  if (machine.failed.has(id)) stage.failed.start_failed = (stage.failed.start_failed ?? 0) + 1;
  else if (machine.dark) stage[isChanged ? "goneDark" : "offline"] += 1;
  else if (isThere) stage.healthy += 1;
  else stage[world.isHeld(machine) ? "held" : "pending"] += 1;
}
