import { and, eq } from "drizzle-orm";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import type { Platform } from "../contract/platform.ts";
import type { TrustedRoot } from "../contract/trust-root.ts";
import type { PackageSignatureView } from "../contract/trust-views.ts";
import type { Database } from "../platform/database.ts";
import { judgePackageSignature } from "./judge-package-signature.ts";

export type SignatureState = PackageSignatureView["state"] | "unsigned";

/**
 * Whether machines that trust this root would take a version, by platform.
 * @param nowMs milliseconds since the epoch
 */
export async function judgeVersionSignatures(
  db: Pick<Database, "select">,
  root: TrustedRoot | null,
  { agentName, version }: { agentName: string; version: string },
  nowMs: number,
): Promise<{ platform: Platform; state: SignatureState }[]> {
  const rows = await db
    .select({ pkg: packages, signature: packageSignatures })
    .from(packages)
    .leftJoin(packageSignatures, eq(packageSignatures.sha256, packages.sha256))
    .where(and(eq(packages.agentName, agentName), eq(packages.version, version)))
    .orderBy(packages.platform);
  return Promise.all(
    rows.map(async ({ pkg, signature }) => ({
      platform: pkg.platform,
      state: signature
        ? (await judgePackageSignature(root, signature, pkg, nowMs)).state
        : ("unsigned" as const),
    })),
  );
}
