import type { TrustedRoot } from "@contract/trust-root.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import { openRoot } from "@contract/verify-root-chain.ts";
import type { AgentConfig } from "../identity/config.ts";
import { followRoots } from "./follow-roots.ts";
import type { Trust } from "./trust.ts";
import { unsigned } from "./trust-problem.ts";

/** Answers that are looked through for the root that a person named. */
const pagesMax = 64;

export interface Offer {
  clusterId: string;
  /** The newest root of the master; undefined: it signs nothing. */
  root: string | undefined;
  /** What config.json says of the root that this machine begins with. */
  pinned: AgentConfig["trust"];
  /** That root itself, where a person gave it. */
  given: TrustedRoot | null;
  fetchRoots: (after: number) => Promise<string[]>;
}

/**
 * What the master offered when it took this machine in. Without a word from a person the first root is
 * believed; from then on only what follows from it. Says what config.json is to remember.
 * @throws TrustError · MasterError
 */
export async function adoptRoot(trust: Trust, offer: Offer): Promise<AgentConfig["trust"]> {
  const { root: text, pinned, clusterId } = offer;
  if (text === undefined) {
    if (!trust.on) return undefined;
    throw unsigned("the master offers no root document, and this machine takes no unsigned word");
  }
  const offered = await openRoot(text);
  if (trust.kept === null) {
    const root = pinned === undefined ? offered : await findPinned(offered, pinned, offer);
    const how = pinned?.how ?? "firstUse";
    await trust.begin({ root, pinned: root.fingerprint, how }, clusterId);
  } else await trust.joined(clusterId);
  await followRoots(trust, offered.document.version, offer.fetchRoots);
  requireDescent(trust, offered);
  const { pinned: rootFingerprint, how } = trust.kept!;
  return { rootFingerprint, how };
}

/** The root that a person named may be older than the newest one. */
async function findPinned(
  offered: TrustedRoot,
  pinned: NonNullable<AgentConfig["trust"]>,
  { given, fetchRoots }: Offer,
): Promise<TrustedRoot> {
  const isPinned = (root: TrustedRoot) => root.fingerprint === pinned.rootFingerprint;
  if (isPinned(offered)) return offered;
  if (given !== null && isPinned(given)) return given;
  let after = 0;
  for (let page = 0; page < pagesMax; page++) {
    const roots = await Promise.all((await fetchRoots(after)).map((text) => openRoot(text)));
    const found = roots.find(isPinned);
    if (found !== undefined) return found;
    const last = roots.at(-1)?.document.version ?? 0;
    if (last <= after) break;
    after = last;
  }
  throw new TrustError(
    "digest_mismatch",
    `the master's root documents are others than ${pinned.rootFingerprint}; its newest is ${offered.fingerprint}`,
  );
}

/** An older root than the trusted one proves nothing, and is not needed either. */
function requireDescent(trust: Trust, offered: TrustedRoot): void {
  const root = trust.root!;
  const { version } = root.document;
  const problem = trust.problem();
  if (offered.document.version > version)
    throw new TrustError(
      problem?.what === "root" ? problem.refusal : "version_gap",
      `root ${offered.document.version} of the master does not follow from root ${version} that this machine trusts` +
        (problem?.what === "root" ? `: ${problem.message}` : ""),
    );
  if (offered.document.version === version && offered.fingerprint !== root.fingerprint)
    throw new TrustError(
      "mix_and_match",
      `the master has another root ${version} (${offered.fingerprint}) than this machine trusts (${root.fingerprint})`,
    );
}
