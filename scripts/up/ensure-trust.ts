import { signAllInDevelopment } from "../../lib/packages/sign-in-development.ts";
import type { Services } from "../../lib/platform/services.ts";
import { isDevelopmentRoot } from "../../lib/signing/describe-trust.ts";
import { readOwnTrust } from "../../lib/signing/own-trust.ts";
import { serveDevelopmentTrust } from "../../lib/signing/serve-development-trust.ts";

export type UsedTrust = { fingerprint: string; lines: string[] };

/**
 * The root that this machine's ifrit-agent is to pin. Without one of its own an ifrit on one machine gets
 * keys for a first look; a folder that IFRIT_TRUST_DIR names is its owner's affair.
 */
export async function ensureTrust(services: Services): Promise<UsedTrust | null> {
  if (services.env.IFRIT_TRUST_DIR === undefined)
    await serveDevelopmentTrust(services.env, services.now());
  const { root, folder } = await readOwnTrust(services, { newest: true });
  if (!root) return null;
  const { fingerprint } = root;
  const named = `root ${root.document.version} in ${folder}, fingerprint ${fingerprint}`;
  if (!isDevelopmentRoot(root)) return { fingerprint, lines: [`  Signatures: ${named}`] };
  await signAllInDevelopment(services);
  return {
    fingerprint,
    lines: [
      `  Signatures: ${named}`,
      "  All its keys were made here, for a first look only: docs/security.md says how to get real ones.",
    ],
  };
}
