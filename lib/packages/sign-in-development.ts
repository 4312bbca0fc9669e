import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { describeArchive } from "../signing/describe-archive.ts";
import { readDevelopmentReleaseKey } from "../signing/make-development-trust.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { signRelease } from "../signing/sign-release.ts";
import { findPackageSignature } from "./find-package-signature.ts";
import { listArchives } from "./list-archives.ts";
import { packagePath } from "./package-store.ts";
import { storePackageSignature } from "./store-package-signature.ts";

/**
 * For a first look only: where the root in use names the development release key, and that key lies in
 * the data folder, what is uploaded is signed at once. Real release keys are never on a master, so
 * nothing of this happens under a real root. A package that cannot be signed stays unsigned.
 */
export async function signInDevelopment(services: Services, sha256: string): Promise<boolean> {
  const { env, log } = services;
  const { root } = await readOwnTrust(services);
  if (!root) return false;
  const release = await readDevelopmentReleaseKey(env.IFRIT_DATA_DIR);
  if (!release || !root.release.keys.some(({ keyId }) => keyId === release.keyId)) return false;
  if (await findPackageSignature(services.db, sha256)) return false;
  try {
    const archive = await describeArchive(packagePath(env.IFRIT_DATA_DIR, sha256));
    const signedAtMs = services.now();
    const sequence = Math.floor(signedAtMs / 1000);
    const statement = { schema: 1, ...archive, sequence, rollbackTo: 1, signedAtMs } as const;
    const envelope = await signRelease(statement, [release]);
    const ctx = systemContext("development release key", "setup");
    return (await storePackageSignature(services, ctx, { sha256, envelope })).changed;
  } catch (error) {
    log.warn({ err: String(error), sha256 }, "not signed with the development release key");
    return false;
  }
}

/** What was uploaded before there was a root. */
export async function signAllInDevelopment(services: Services): Promise<void> {
  for (const { sha256, onDisk } of await listArchives(services))
    if (onDisk) await signInDevelopment(services, sha256);
}
