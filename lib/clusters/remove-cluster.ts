import { eq } from "drizzle-orm";
import { clusterHearing } from "../../drizzle/schema/cluster-hearing.ts";
import { clusterOrders } from "../../drizzle/schema/cluster-orders.ts";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import { remoteFacts } from "../../drizzle/schema/remote-facts.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { forgetChangeControl } from "../change-control/forget-cluster.ts";
import { publishPolicy } from "../change-control/publish-policy.ts";
import { MasterStatus } from "../contract/master-api.ts";
import { forgetDesiredEntries } from "../desired-state/forget-cluster.ts";
import { countMachinesIn } from "../machines/count-machines.ts";
import { forgetEnrollmentTokens } from "../machines/forget-cluster.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { findUnfinishedRelease } from "../releases/find-unfinished-release.ts";
import { askMasters } from "./ask-masters.ts";
import { requireAdministrator } from "./require-administrator.ts";

/**
 * Removes an empty cluster. `confirm` is its name, typed by a person. What a remote master has stays
 * there; one that is gone for good can be removed, since nobody can ask it.
 * @throws ProblemError forbidden, not_found, invalid_request, conflict (machines or releases are there)
 */
export async function removeCluster(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
  confirm: string,
): Promise<void> {
  requirePermission(ctx, "clusters.write", { clusterId });
  requireAdministrator(ctx, clusterId);
  await refuseMachinesElsewhere(services, clusterId);
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [row] = await tx.select().from(clusters).where(eq(clusters.id, clusterId)).for("update");
    if (!row) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    if (confirm !== row.name)
      throw new ProblemError("invalid_request", `Type the cluster's name, ${row.name}.`, {
        issues: [{ path: "confirm", message: "is not the cluster's name" }],
      });
    await refuseInUse(tx, clusterId);
    await forget(tx, clusterId);
    const before = { name: row.name, masterUrl: row.masterUrl };
    await audit({
      ...{ action: "cluster.removed", subjectKind: "cluster", subjectId: clusterId },
      ...{ clusterId, before },
    });
  });
  await publishPolicy(services);
}

async function refuseMachinesElsewhere(services: Services, clusterId: string): Promise<void> {
  const call = { method: "GET", path: "status", answer: MasterStatus } as const;
  const { answers } = await askMasters(services, clusterId, call);
  const machines = answers[0]?.value?.machines.total ?? 0;
  if (machines === 0) return;
  throw new ProblemError(
    "conflict",
    `${machines} machines are in cluster "${clusterId}". Revoke them first; or, if this deployment is to let go of them, revoke its credential at their master, which then answers no more.`,
  );
}

async function refuseInUse(tx: Transaction, clusterId: string): Promise<void> {
  const machines = await countMachinesIn(tx, clusterId);
  if (machines > 0)
    throw new ProblemError(
      "conflict",
      `${machines} machines are in cluster "${clusterId}". Revoke them, or enroll them elsewhere, first.`,
    );
  const releaseId = await findUnfinishedRelease(tx, clusterId);
  if (releaseId !== null)
    throw new ProblemError(
      "conflict",
      `Release ${releaseId} goes through cluster "${clusterId}". Roll it back, abort it or let it end first.`,
    );
}

async function forget(tx: Transaction, clusterId: string): Promise<void> {
  await forgetChangeControl(tx, clusterId);
  await forgetDesiredEntries(tx, clusterId);
  await forgetEnrollmentTokens(tx, clusterId);
  for (const table of [
    masterCredentials,
    clusterOrders,
    clusterHearing,
    remoteFacts,
    remoteMasters,
  ])
    await tx.delete(table).where(eq(table.clusterId, clusterId));
  await tx.delete(clusters).where(eq(clusters.id, clusterId));
}
