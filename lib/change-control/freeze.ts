import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { findClusters } from "../clusters/find-clusters.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { CreateFreezeRequest, FreezeOrigin, FreezeView } from "../contract/change-control.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { toFreezeView } from "./list-freezes.ts";
import { publishPolicy } from "./publish-policy.ts";

/**
 * Nothing begins to change any more, in one cluster or everywhere, from each machine's next check-in
 * on. What has changed stays, and what is in the middle of its switch ends it.
 * @throws ProblemError forbidden, not_found
 */
export async function freeze(
  services: Services,
  ctx: RequestContext,
  request: CreateFreezeRequest,
  origin: FreezeOrigin = "local",
): Promise<FreezeView> {
  const { clusterId, reason, untilMs, allowsRollBack } = request;
  requirePermission(ctx, "clusters.write", clusterId === null ? {} : { clusterId });
  if (untilMs !== null && untilMs <= services.now())
    throw new ProblemError("invalid_request", "The freeze would have ended already.", {
      issues: [{ path: "untilMs", message: "has to be in the future" }],
    });
  const view = await auditedTransaction(services, ctx, async (tx, audit) => {
    if (clusterId !== null && !(await findClusters(tx, [clusterId])).has(clusterId))
      throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
    const owner = request.owner ?? ctx.actor.name;
    const [inserted] = await tx
      .insert(freezes)
      .values({
        ...{ clusterId, owner, reason, untilMs, allowsRollBack, origin },
        ...{ orderKey: randomUUID(), sinceMs: services.now() },
      })
      .$returningId();
    if (origin === "local") await hurryMasters(tx, clusterId);
    const [row] = await tx.select().from(freezes).where(eq(freezes.id, inserted!.id));
    await audit({
      action: "freeze.ordered",
      subjectKind: "freeze",
      subjectId: String(inserted!.id),
      ...(clusterId === null ? {} : { clusterId }),
      after: { scope: clusterId ?? "all", owner, reason, untilMs, allowsRollBack, origin },
    });
    return toFreezeView(row!);
  });
  await publishPolicy(services);
  return view;
}
