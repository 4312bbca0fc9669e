import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";

/**
 * The fingerprint of the newest root that the master serves, which new machines are to pin; null where
 * there is none, because then the master signs nothing.
 */
export async function readRootFingerprint(
  services: Pick<Services, "env" | "log">,
): Promise<string | null> {
  return (await readOwnTrust(services)).root?.fingerprint ?? null;
}
