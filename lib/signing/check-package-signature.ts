import type { ReleaseStatement } from "../contract/release-statement.ts";
import type { TrustedRoot } from "../contract/trust-root.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import { verifyRelease } from "../contract/verify-release.ts";
import type { DescribedArchive } from "./describe-archive.ts";

/**
 * Whether machines would take this archive with this signature: asked when a package is uploaded, so
 * that a release that no machine can install is refused before anybody orders it. The master does not
 * need to be believed in this; every machine asks again.
 * @param nowMs milliseconds since the epoch
 * @throws TrustError as verifyRelease; mix_and_match: signed for other platforms or another manifest
 */
export async function checkPackageSignature(
  root: TrustedRoot,
  text: string,
  archive: DescribedArchive,
  nowMs: number,
): Promise<ReleaseStatement> {
  const { agent, version, sha256, size } = archive;
  const platform = archive.platforms[0]!;
  const expected = { agent, version, platform, sha256, size };
  const { statement } = await verifyRelease(root, text, expected, 0, nowMs);
  const samePlatforms =
    statement.platforms.toSorted().join() === archive.platforms.toSorted().join();
  if (!samePlatforms || statement.manifestSha256 !== archive.manifestSha256)
    throw new TrustError("mix_and_match", "the signature is for another manifest or platforms");
  return statement;
}
