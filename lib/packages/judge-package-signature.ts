import type { TrustedRoot } from "../contract/trust-root.ts";
import type { PackageSignatureView } from "../contract/trust-views.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import { verifyRelease } from "../contract/verify-release.ts";
import type { PackageSignatureRow } from "./find-package-signature.ts";
import type { PackageRow } from "./package-view.ts";

/**
 * What the release keys said of a package, and whether machines take it under the present root: keys
 * may have been withdrawn since it was stored.
 * @param nowMs milliseconds since the epoch
 */
export async function judgePackageSignature(
  root: TrustedRoot | null,
  row: PackageSignatureRow,
  pkg: Pick<PackageRow, "agentName" | "version" | "platform" | "sha256" | "sizeBytes">,
  nowMs: number,
): Promise<PackageSignatureView> {
  const { statement, storedBy, storedAtMs } = row;
  const { sequence, rollbackTo, signedAtMs, expiresAtMs } = statement;
  const said = {
    ...{ sequence, rollbackTo: rollbackTo ?? null, signedAtMs },
    ...{ expiresAtMs: expiresAtMs ?? null, storedBy, storedAtMs },
    threshold: root?.release.threshold ?? 0,
  };
  if (!root) return { ...said, state: "unchecked", signedBy: [] };
  const { agentName: agent, version, platform, sha256, sizeBytes: size } = pkg;
  try {
    const expected = { agent, version, platform, sha256, size };
    const { signedBy } = await verifyRelease(root, row.envelope, expected, 0, nowMs);
    const named = signedBy.map((keyId) => ({ keyId, name: root.document.keys[keyId]?.name ?? "" }));
    return { ...said, state: "good", signedBy: named };
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return { ...said, state: error.reason, signedBy: [] };
  }
}
