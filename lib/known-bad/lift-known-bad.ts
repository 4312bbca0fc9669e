import { and, eq, isNull } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { requirePermission } from "../access/require-permission.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import { publishPolicy } from "../change-control/publish-policy.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { auditedMark } from "./audited-mark.ts";

type Row = typeof knownBad.$inferSelect;
export type Audit = (entry: AuditEntry) => Promise<void>;

/** The version may be released again. @throws ProblemError forbidden, not_found, conflict */
export async function liftKnownBad(
  services: Services,
  ctx: RequestContext,
  id: number,
  remark: string,
): Promise<void> {
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [row] = await tx.select().from(knownBad).where(eq(knownBad.id, id)).for("update");
    if (!row) {
      requirePermission(ctx, "releases.write");
      throw new ProblemError("not_found", `There is no mark ${id}.`);
    }
    const { agentName, clusterId } = row;
    const target = { agentName, ...(clusterId === null ? {} : { clusterId }) };
    requirePermission(ctx, "releases.write", target);
    if (row.liftedAtMs !== null) throw new ProblemError("conflict", "The mark is lifted already.");
    if (row.origin === "remote")
      throw new ProblemError("conflict", "This mark comes from manage. Lift it there.");
    await lift(tx, audit, row, { by: ctx.actor.name, remark, atMs: services.now() });
  });
  await publishPolicy(services);
}

/** A person continued a release in spite of its failures, so what its gate had said of the version is over. */
export async function liftOfRelease(
  tx: Transaction,
  audit: Audit,
  releaseId: number,
  lifted: { by: string; remark: string; atMs: number },
): Promise<void> {
  const rows = await tx
    .select()
    .from(knownBad)
    .where(
      and(
        eq(knownBad.releaseId, releaseId),
        eq(knownBad.cause, "gate"),
        isNull(knownBad.liftedAtMs),
      ),
    )
    .for("update");
  for (const row of rows) await lift(tx, audit, row, lifted);
}

async function lift(
  tx: Transaction,
  audit: Audit,
  row: Row,
  { by, remark, atMs }: { by: string; remark: string; atMs: number },
): Promise<void> {
  const set = { liftedAtMs: atMs, liftedBy: by, liftedRemark: remark };
  await tx.update(knownBad).set(set).where(eq(knownBad.id, row.id));
  await hurryMasters(tx, row.clusterId);
  await audit({
    ...{ action: "version.mark-lifted", ...auditedMark(row).subject },
    before: auditedMark(row).values,
    after: { remark },
  });
}
