import { randomUUID } from "node:crypto";
import { and, eq, isNull } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { publishPolicy } from "../change-control/publish-policy.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { KnownBadView, MarkKnownBadRequest } from "../contract/known-bad.ts";
import { lockAgent } from "../packages/find-version.ts";
import { versionsOfArchives } from "../packages/versions-of-archives.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedMark } from "./audited-mark.ts";
import { knownBadView } from "./list-known-bad.ts";

/**
 * From each machine's next check-in on, none begins to change to the version; its releases do not move
 * on, and no new one names it. Machines that run it are left alone.
 * @throws ProblemError forbidden, not_found, invalid_request, conflict (it is marked already)
 */
export async function markKnownBad(
  services: Services,
  ctx: RequestContext,
  request: MarkKnownBadRequest,
): Promise<KnownBadView> {
  const { agentName, clusterId, version, sha256, reason } = request;
  requirePermission(ctx, "releases.write", {
    agentName,
    ...(clusterId === null ? {} : { clusterId }),
  });
  const id = await auditedTransaction(services, ctx, async (tx, audit) => {
    await refuseUnknown(tx, request);
    await refuseTwice(tx, request);
    const row = {
      ...{ orderKey: randomUUID(), clusterId, agentName, version, sha256, reason },
      ...{ cause: "person" as const, markedBy: ctx.actor.name, markedAtMs: services.now() },
    };
    const [inserted] = await tx.insert(knownBad).values(row).$returningId();
    await hurryMasters(tx, clusterId);
    await audit({
      ...{ action: "version.marked-bad", ...auditedMark(row).subject },
      after: auditedMark(row).values,
    });
    return inserted!.id;
  });
  await publishPolicy(services);
  return knownBadView(services, id);
}

async function refuseUnknown(tx: Transaction, request: MarkKnownBadRequest): Promise<void> {
  const { agentName, clusterId, sha256 } = request;
  // Releases and marks of an agent come one after the other.
  if (!(await lockAgent(tx, agentName)))
    throw new ProblemError("not_found", `There is no agent ${agentName}.`);
  if (clusterId !== null && !(await findClusters(tx, [clusterId])).has(clusterId))
    throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
  if (sha256 === null) return;
  const [other] = await versionsOfArchives(tx, [sha256]);
  if (other && other.agentName !== agentName)
    throw new ProblemError("invalid_request", `The archive is ${other.agentName}'s.`, {
      issues: [{ path: "sha256", message: `is an archive of ${other.agentName}` }],
    });
}

async function refuseTwice(tx: Transaction, request: MarkKnownBadRequest): Promise<void> {
  const { agentName, clusterId, version, sha256 } = request;
  const [held] = await tx
    .select()
    .from(knownBad)
    .where(
      and(
        eq(knownBad.agentName, agentName),
        isNull(knownBad.liftedAtMs),
        version === null ? eq(knownBad.sha256, sha256!) : eq(knownBad.version, version),
        clusterId === null ? isNull(knownBad.clusterId) : eq(knownBad.clusterId, clusterId),
      ),
    );
  if (held)
    throw new ProblemError("conflict", `It is marked already, by ${held.markedBy}: ${held.reason}`);
}
