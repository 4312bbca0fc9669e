import { eq } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { FreezeOrigin } from "../contract/change-control.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { publishPolicy } from "./publish-policy.ts";

/**
 * Ends a freeze before its time. INVARIANT: nobody lifts from afar what a deployment's own people
 * ordered: not manage at a master, and not here what is a copy of a master's.
 * @throws ProblemError forbidden, not_found, conflict
 */
export async function liftFreeze(
  services: Services,
  ctx: RequestContext,
  id: number,
  orderedBy: FreezeOrigin = "local",
): Promise<void> {
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [row] = await tx.select().from(freezes).where(eq(freezes.id, id)).for("update");
    const clusterId = row?.clusterId ?? undefined;
    requirePermission(ctx, "clusters.write", clusterId === undefined ? {} : { clusterId });
    if (!row) throw new ProblemError("not_found", `There is no freeze ${id}.`);
    if (row.origin === "master") throw orderedThere(row.clusterId, row.owner, row.orderKey);
    if (row.origin === "local" && orderedBy === "remote")
      throw new ProblemError("conflict", "This freeze was ordered here. Lift it here.");
    const nowMs = services.now();
    if (row.liftedAtMs !== null || (row.untilMs !== null && row.untilMs <= nowMs))
      throw new ProblemError("conflict", `Freeze ${id} has ended already.`);
    await tx
      .update(freezes)
      .set({ liftedAtMs: nowMs, liftedBy: ctx.actor.name })
      .where(eq(freezes.id, id));
    await hurryMasters(tx, row.clusterId);
    const { owner, reason, untilMs, origin } = row;
    await audit({
      action: "freeze.lifted",
      subjectKind: "freeze",
      subjectId: String(id),
      ...(clusterId === undefined ? {} : { clusterId }),
      before: { scope: clusterId ?? "all", owner, reason, untilMs, origin },
    });
  });
  await publishPolicy(services);
}

function orderedThere(clusterId: string | null, owner: string, key: string): ProblemError {
  return new ProblemError(
    "conflict",
    `${owner} ordered this freeze at the master of "${clusterId}". Only those who run that master lift it, there: npm run master -- lift-freeze ${key}`,
  );
}
