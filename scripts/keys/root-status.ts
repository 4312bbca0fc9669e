import type { TrustedRoot } from "../../lib/contract/trust-root.ts";
import type { RootFolder } from "./root-folder.ts";
import { signedBy } from "./root-folder.ts";

const dayMs = 86_400_000;
/** Days before expiry at which it is said ever more loudly. */
const warningDays = [7, 14, 30];

export type RootStatus = {
  version: number;
  complete: boolean;
  fingerprint: string;
  expiresAt: string;
  /** What still has to be signed: by keys of the root before, and by its own. */
  missing: { of: string; signatures: number }[];
};

export async function statusOf(folder: RootFolder): Promise<RootStatus | null> {
  const root = folder.draft?.root ?? folder.chain.at(-1);
  if (!root) return null;
  const missing = folder.draft ? await missingSignatures(folder.draft.root, folder.chain) : [];
  return {
    version: root.document.version,
    complete: folder.draft === null,
    fingerprint: root.fingerprint,
    expiresAt: new Date(root.document.expiresAtMs).toISOString(),
    missing,
  };
}

export function statusLines(status: RootStatus): string[] {
  const head = `root ${status.version}, expires ${status.expiresAt}, fingerprint ${status.fingerprint}`;
  if (status.complete) return [head, "  fully signed"];
  return [
    head,
    ...status.missing.map((one) => `  ${one.signatures} more signature(s) by keys of ${one.of}`),
  ];
}

/** A warning when a root is about to expire, or has; null while there is time. */
export function expiryWarning(root: TrustedRoot, nowMs: number): string | null {
  const days = Math.floor((root.document.expiresAtMs - nowMs) / dayMs);
  if (days < 0) return "EXPIRED: machines refuse every change. Renew it: keys root rotate";
  const limit = warningDays.find((limit) => days < limit);
  return limit === undefined
    ? null
    : `expires in ${days} day(s), less than ${limit}. Renew it: keys root rotate`;
}

async function missingSignatures(root: TrustedRoot, chain: TrustedRoot[]) {
  const before = chain.at(-1);
  const sets = [
    ...(before ? [{ of: `root ${before.document.version}`, keySet: before.root }] : []),
    { of: `root ${root.document.version}`, keySet: root.root },
  ];
  const missing = [];
  for (const { of, keySet } of sets) {
    const signatures = keySet.threshold - (await signedBy(root, keySet)).length;
    if (signatures > 0) missing.push({ of, signatures });
  }
  return missing;
}
