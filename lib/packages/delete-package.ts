import { rm } from "node:fs/promises";
import { count, eq } from "drizzle-orm";
import { packageDeletions } from "../../drizzle/schema/package-deletions.ts";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { refuseNeededElsewhere } from "../clusters/refuse-needed-elsewhere.ts";
import { findReleaseAsking } from "../desired-state/change-desired-entries.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { countHolders } from "../reports/count-holders.ts";
import { lockAgent } from "./find-version.ts";
import { packagePath } from "./package-store.ts";
import type { PackageRow } from "./package-view.ts";

/**
 * Deletes a package that nothing asks for and no machine has: a version that may still be wanted,
 * also as something to fall back to, is refused.
 * @throws ProblemError not_found, conflict, unavailable (a remote master that may need it is away)
 */
export async function deletePackage(
  services: Services,
  ctx: RequestContext,
  id: number,
): Promise<void> {
  requirePermission(ctx, "packages.write");
  const [asked] = await services.db.select().from(packages).where(eq(packages.id, id));
  if (asked) await refuseNeededElsewhere(services, asked.sha256);
  const deleted = await auditedTransaction(services, ctx, async (tx, audit) => {
    const row = await lockPackage(tx, id);
    requirePermission(ctx, "packages.write", { agentName: row.agentName });
    await refuseWhileNamed(tx, row);
    await tx.delete(packages).where(eq(packages.id, id));
    // Remote masters are told: see lib/clusters/drop-packages.ts.
    const [other] = await tx
      .select({ id: packages.id })
      .from(packages)
      .where(eq(packages.sha256, row.sha256))
      .limit(1);
    if (!other) await tx.delete(packageSignatures).where(eq(packageSignatures.sha256, row.sha256));
    const deletedAtMs = services.now();
    await tx
      .insert(packageDeletions)
      .values({ sha256: row.sha256, deletedAtMs })
      .onDuplicateKeyUpdate({ set: { deletedAtMs } });
    const { agentName, version, platform, sha256 } = row;
    await audit({
      action: "package.deleted",
      subjectKind: "package",
      subjectId: `${agentName}@${version}`,
      before: { id, agentName, version, platform, sha256 },
    });
    return row;
  });
  await removeOrphanedFile(services, deleted);
}

async function lockPackage(tx: Transaction, id: number): Promise<PackageRow> {
  const [row] = await tx.select().from(packages).where(eq(packages.id, id)).for("update");
  if (!row) throw new ProblemError("not_found", `There is no package ${id}.`);
  await lockAgent(tx, row.agentName);
  return row;
}

/** After commit: a file without a row is harmless, a row without its file is not. */
async function removeOrphanedFile(
  services: Services,
  { agentName, sha256 }: PackageRow,
): Promise<void> {
  await services.db.transaction(async (tx) => {
    // The same lock that an upload takes, so that no row appears for a file that is being removed.
    await lockAgent(tx, agentName);
    const [left] = await tx
      .select({ rows: count() })
      .from(packages)
      .where(eq(packages.sha256, sha256));
    if (left?.rows === 0)
      await rm(packagePath(services.env.IFRIT_DATA_DIR, sha256), { force: true });
  });
}

async function refuseWhileNamed(tx: Transaction, row: PackageRow): Promise<void> {
  const { agentName, version } = row;
  const releaseId = await findReleaseAsking(tx, agentName, version);
  if (releaseId !== null)
    throw new ProblemError(
      "conflict",
      `${agentName} ${version} is still asked for by release ${releaseId}, or machines would fall back to it. Roll the release back or release another version first.`,
    );
  const held = await countHolders(tx, agentName, version);
  if (held.machines > 0)
    throw new ProblemError(
      "conflict",
      `${agentName} ${version} is still on ${held.machines} machines, ${held.example} among them.`,
    );
}
