import { createHash } from "node:crypto";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import type { packages } from "../../drizzle/schema/packages.ts";
import type { ReleaseStatement } from "../contract/release-statement.ts";
import type { Services } from "../platform/services.ts";
import { signRelease } from "../signing/sign-release.ts";
import type { Signer } from "../signing/signer.ts";

/** A stored signature of a package's row: no archive is there to be checked. */
export async function createPackageSignature(
  services: Services,
  pkg: Pick<
    typeof packages.$inferSelect,
    "agentName" | "version" | "platform" | "sha256" | "sizeBytes"
  >,
  release: Signer,
  overrides: Partial<ReleaseStatement> = {},
): Promise<string> {
  const { agentName: agent, version, platform, sha256, sizeBytes: size } = pkg;
  const statement: ReleaseStatement = {
    ...{ schema: 1, agent, version, platforms: [platform], sha256, size },
    ...{ manifestSha256: "b".repeat(64), sequence: 1, signedAtMs: services.now() },
    ...overrides,
  };
  const envelope = await signRelease(statement, [release]);
  const envelopeSha256 = createHash("sha256").update(envelope).digest("hex");
  await services.db.insert(packageSignatures).values({
    ...{ sha256, envelope, envelopeSha256, statement },
    ...{ storedBy: "tester", storedAtMs: services.now() },
  });
  return envelope;
}
