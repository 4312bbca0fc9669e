import { inArray } from "drizzle-orm";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import type { packages } from "../../drizzle/schema/packages.ts";
import type { PackageView } from "../contract/console-views.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { judgePackageSignature } from "./judge-package-signature.ts";

export type PackageRow = typeof packages.$inferSelect;

/** Packages with what release keys say of them. */
export async function packageViews(
  services: Services,
  rows: readonly PackageRow[],
): Promise<PackageView[]> {
  if (rows.length === 0) return [];
  const digests = [...new Set(rows.map(({ sha256 }) => sha256))];
  const signatures = await services.db
    .select()
    .from(packageSignatures)
    .where(inArray(packageSignatures.sha256, digests));
  const { root } = await readOwnTrust(services);
  const bySha256 = new Map(signatures.map((signature) => [signature.sha256, signature]));
  return Promise.all(
    rows.map(async (row): Promise<PackageView> => {
      const { id, agentName, version, platform, sha256, sizeBytes, manifest } = row;
      const { uploadedBy, uploadedAtMs } = row;
      const stored = bySha256.get(sha256);
      return {
        ...{ id, agentName, version, platform, sha256, sizeBytes, manifest },
        ...{ uploadedBy, uploadedAtMs },
        signature:
          stored === undefined
            ? null
            : await judgePackageSignature(root, stored, row, services.now()),
      };
    }),
  );
}
