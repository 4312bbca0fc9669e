import { setReleaseEntries } from "../desired-state/set-release-entries.ts";
import { findMachines } from "../machines/find-machines.ts";
import type { Transaction } from "../platform/database.ts";
import { planOf, type ReleaseRecord } from "./engine/release-record.ts";
import { entriesOfStage } from "./release-entries.ts";

/** In the database of the cluster's master: what the release has open there, and nothing else of it. */
export async function applyEntries(
  tx: Transaction,
  release: ReleaseRecord,
  clusterId: string,
): Promise<void> {
  const cluster = release.clusters.find((one) => one.clusterId === clusterId);
  if (!cluster) throw new RangeError(`release ${release.id} is not in cluster ${clusterId}`);
  const isOpen = cluster.state !== "waiting" && cluster.state !== "rolledBack";
  const plan = planOf(release, clusterId);
  const open = isOpen ? plan.stages.slice(0, cluster.stageIndex + 1) : [];
  const named = open.flatMap((stage) => (stage.kind === "gray" ? stage.machineIds : []));
  const machines = await findMachines(tx, named);
  const types = new Map([...machines.values()].map(({ id, type }) => [id, type]));
  const entries = open.flatMap((_, index) => entriesOfStage(release, plan, index, types));
  await setReleaseEntries(tx, clusterId, release.id, entries);
}
