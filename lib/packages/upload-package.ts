import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import { agents } from "../../drizzle/schema/agents.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { PackageUploaded } from "../contract/console-views.ts";
import type { PackageManifest } from "../contract/package-manifest.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { packagePath } from "./package-store.ts";
import { type PackageRow, packageViews } from "./package-view.ts";
import { readPackageArchive } from "./read-package-archive.ts";
import { type ReceivedArchive, receiveArchive } from "./receive-archive.ts";
import { signInDevelopment } from "./sign-in-development.ts";

export type PackageUpload = {
  body: AsyncIterable<Uint8Array>;
  /** What the sender says the sha256 is; compared when given. */
  expectedSha256?: string | undefined;
};

/**
 * Takes an archive in: receive → compare digest → inspect → rows, durable file and audit in
 * one transaction. The same bytes again change nothing and are answered with `existed`. A crash at any
 * point leaves at most a file that no row names; sweepPackages removes it.
 * @throws ProblemError too_large, digest_mismatch, package_invalid, version_exists, storage_full
 */
export async function uploadPackage(
  services: Services,
  ctx: RequestContext,
  upload: PackageUpload,
): Promise<PackageUploaded> {
  requirePermission(ctx, "packages.write");
  const received = await receiveArchive(services.env.IFRIT_DATA_DIR, upload.body);
  try {
    refuseOtherDigest(received, upload.expectedSha256);
    const manifest = await readPackageArchive(createReadStream(received.path));
    requirePermission(ctx, "packages.write", { agentName: manifest.name });
    const known = await refuseOtherBytes(services.db, manifest, received.sha256);
    if (known.length === manifest.platforms.length) {
      await restoreLostFile(services, received);
      await signInDevelopment(services, received.sha256);
      return { packages: await packageViews(services, known), existed: true };
    }
    const rows = await recordPackage(services, ctx, manifest, received);
    await signInDevelopment(services, received.sha256);
    return { packages: await packageViews(services, rows), existed: false };
  } finally {
    await received.discard();
  }
}

/** A file that was lost on disk comes back with the next upload of the same bytes. */
async function restoreLostFile(services: Services, received: ReceivedArchive): Promise<void> {
  const there = await access(packagePath(services.env.IFRIT_DATA_DIR, received.sha256)).then(
    () => true,
    () => false,
  );
  if (!there) await received.publish();
}

function refuseOtherDigest(received: ReceivedArchive, expected: string | undefined): void {
  if (expected === undefined || expected.toLowerCase() === received.sha256) return;
  throw new ProblemError(
    "digest_mismatch",
    `The archive arrived with sha256 ${received.sha256}, not ${expected}. Send it again.`,
    { issues: [{ path: "ifrit-sha256", message: `received ${received.sha256}` }] },
  );
}

/** The version's rows that have the same bytes. @throws ProblemError version_exists */
async function refuseOtherBytes(
  db: Pick<Transaction, "select">,
  manifest: PackageManifest,
  sha256: string,
): Promise<PackageRow[]> {
  const rows = await db
    .select()
    .from(packages)
    .where(and(eq(packages.agentName, manifest.name), eq(packages.version, manifest.version)))
    .orderBy(packages.id);
  const wanted = rows.filter((row) => manifest.platforms.includes(row.platform));
  const other = wanted.find((row) => row.sha256 !== sha256);
  if (other)
    throw new ProblemError(
      "version_exists",
      `${manifest.name} ${manifest.version} for ${other.platform} exists with other bytes. A version never changes: give the new bytes a new version.`,
      { issues: [{ path: "version", message: `exists with sha256 ${other.sha256}` }] },
    );
  return wanted;
}

async function recordPackage(
  services: Services,
  ctx: RequestContext,
  manifest: PackageManifest,
  received: ReceivedArchive,
): Promise<PackageRow[]> {
  const { sha256, sizeBytes } = received;
  const { name: agentName, version, description } = manifest;
  const uploadedAtMs = services.now();
  return auditedTransaction(services, ctx, async (tx, audit) => {
    await tx
      .insert(agents)
      .values({ name: agentName, description, createdAtMs: uploadedAtMs })
      .onDuplicateKeyUpdate({ set: { description } });
    // The agent's row is locked from here on: uploads and deletions come one after the other.
    const known = await refuseOtherBytes(tx, manifest, sha256);
    const missing = manifest.platforms.filter((p) => !known.some((row) => row.platform === p));
    if (missing.length > 0)
      await tx.insert(packages).values(
        missing.map((platform) => ({
          ...{ agentName, version, platform, sha256, sizeBytes, manifest, uploadedAtMs },
          uploadedBy: ctx.actor.name,
        })),
      );
    await received.publish();
    await audit({
      action: "package.uploaded",
      subjectKind: "package",
      subjectId: `${agentName}@${version}`,
      after: { agentName, version, platforms: missing, sha256, sizeBytes },
    });
    return refuseOtherBytes(tx, manifest, sha256);
  });
}
