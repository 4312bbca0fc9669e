import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { appliedOrders } from "../../drizzle/schema/applied-orders.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { lockLocalCluster } from "../clusters/lock-local-cluster.ts";
import { wakeRebuild } from "../clusters/wake-rebuild.ts";
import type { MasterOrder, MasterOrderAnswer, MasterRelease } from "../contract/master-api.ts";
import { listArchives } from "../packages/list-archives.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { findAppliedOrder, isFollowedRelease } from "./applied-orders.ts";
import { applyEntries } from "./apply-entries.ts";
import { refuseMissingArchives } from "./refuse-missing-archives.ts";
import { refuseUnsignedHere } from "./refuse-unsigned-here.ts";
import { loadRelease } from "./release-rows.ts";

/**
 * On the master's side: carries out what a manage orders, whole or not at all, with its audit row.
 * Known orders change nothing, older ones are refused, and so is anything that would make machines
 * ask for a package that is not here.
 * @throws ProblemError conflict
 */
export async function applyReleaseOrder(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  order: MasterOrder,
): Promise<MasterOrderAnswer> {
  const digest = createHash("sha256").update(JSON.stringify(order.release)).digest("hex");
  const archives = await listArchives(services);
  const known: MasterOrderAnswer = { appliedRevision: order.revision, changed: false };
  if (await isKnown(services.db, clusterId, order, digest)) return known;
  try {
    await auditedTransaction(services, ctx, async (tx, audit) => {
      await lockLocalCluster(tx, clusterId);
      if (await isKnown(tx, clusterId, order, digest)) throw new KnownMeanwhile();
      await refuseStranger(tx, order.release);
      await refuseMissingArchives(tx, order, archives);
      await refuseUnsignedHere(services, tx, order);
      await followRelease(tx, clusterId, order);
      await applyEntries(tx, (await loadRelease(tx, order.release.id)).record, clusterId);
      const applied = { revision: order.revision, digest, appliedAtMs: services.now() };
      await tx
        .insert(appliedOrders)
        .values({ releaseId: order.release.id, clusterId, ...applied })
        .onDuplicateKeyUpdate({ set: applied });
      await audit({
        action: "release.order-applied",
        ...{ subjectKind: "release", subjectId: String(order.release.id), clusterId },
        after: auditedOrder(order),
      });
    });
  } catch (error) {
    if (error instanceof KnownMeanwhile) return known;
    throw error;
  }
  await wakeRebuild(services, clusterId);
  return { appliedRevision: order.revision, changed: true };
}

class KnownMeanwhile extends Error {
  override readonly name = "KnownMeanwhile";
}

/** @throws ProblemError conflict when a newer one, or another of the same number, was carried out */
async function isKnown(
  db: Pick<Transaction, "select">,
  clusterId: string,
  { revision, release }: MasterOrder,
  digest: string,
): Promise<boolean> {
  const applied = await findAppliedOrder(db, release.id, clusterId);
  if (!applied || applied.revision < revision) return false;
  if (applied.revision === revision && applied.digest === digest) return true;
  const what = applied.revision === revision ? "another order of the same" : "the newer";
  throw new ProblemError(
    "conflict",
    `Release ${release.id} stands at ${what} revision ${applied.revision} here.`,
    { issues: [{ path: "revision", message: String(applied.revision) }] },
  );
}

/** Numbers of releases are manage's. One that means something else here is not to be overwritten. */
async function refuseStranger(tx: Transaction, release: MasterRelease): Promise<void> {
  const [row] = await tx.select().from(releases).where(eq(releases.id, release.id));
  if (!row) return;
  const { agentName, version } = release.plan;
  const isSame =
    row.agentName === agentName &&
    row.version === version &&
    row.timestampMs === release.timestampMs &&
    (await isFollowedRelease(tx, release.id));
  if (!isSame)
    throw new ProblemError("conflict", `Release ${release.id} is another release here.`, {
      issues: [{ path: "release.id", message: "is another release" }],
    });
}

/** The release's rows here follow those of manage; nothing else writes them. */
async function followRelease(
  tx: Transaction,
  clusterId: string,
  { revision, release }: MasterOrder,
): Promise<void> {
  const { id, plan, cluster, ...told } = release;
  const [held] = await tx.select().from(releases).where(eq(releases.id, id));
  const { agentName, version } = plan;
  const others = held?.plan.clusters.filter((one) => one.clusterId !== clusterId) ?? [];
  const merged = { ...plan, clusters: [...others, ...plan.clusters] };
  // The order to another cluster of ours may have told of a later moment.
  const newer = !held || held.revision <= revision ? { ...told, revision } : {};
  const row = { agentName, version, plan: merged, ...newer };
  if (held) await tx.update(releases).set(row).where(eq(releases.id, id));
  else await tx.insert(releases).values({ id, ...row, ...told, revision });
  const { clusterId: _, ...state } = cluster;
  await tx
    .insert(releaseClusters)
    .values({ releaseId: id, clusterId, position: others.length, ...state })
    .onDuplicateKeyUpdate({ set: state });
}

function auditedOrder({ revision, release }: MasterOrder) {
  const { plan, state, cluster } = release;
  return {
    ...{ revision, state, agentName: plan.agentName, version: plan.version },
    ...{ clusterState: cluster.state, stageIndex: cluster.stageIndex },
  };
}
