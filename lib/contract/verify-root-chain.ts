import { decodeEnvelope, payloadTypes } from "./dsse.ts";
import { readTrustRoot, type TrustedRoot } from "./trust-root.ts";
import { requireThreshold } from "./verify-envelope.ts";
import { TrustError } from "./verify-refusal.ts";

/** Roots taken in one go (TUF 1.0 §5.3.3); a machine that is further behind asks again. */
export const rootStepsMax = 64;

export type RootChainResult = {
  /** The newest root that may be trusted: persist it when `accepted` is not 0. */
  root: TrustedRoot;
  accepted: number;
  /** Why the candidate after those was refused; null: all were taken. */
  refusal: TrustError | null;
  /** Past its time: verification with it says "expired" until a newer root comes. */
  expired: boolean;
};

/**
 * Opens the root that everything begins with, or the one that was persisted: it must be signed by its
 * own threshold. Whether it is the right one, only `fingerprint` (given by a person, or compiled in)
 * can tell. Its expiry does not matter here (TUF 1.0 §5.3.6): it may be the way to a newer one.
 * @throws TrustError digest_mismatch (another fingerprint), and those of an envelope and a root
 */
export async function openRoot(text: string, fingerprint?: string): Promise<TrustedRoot> {
  const signed = decodeEnvelope(text, payloadTypes.root);
  const root = await readTrustRoot(signed.payload, text);
  if (fingerprint !== undefined && root.fingerprint !== fingerprint)
    throw new TrustError("digest_mismatch", "it is another root document than the one expected");
  await requireThreshold(signed, root.root);
  return root;
}

/**
 * Follows the roots that a master offers, in order (TUF 1.0 §5.3). Each must be version N+1, signed by
 * the threshold of root N and by its own. The first one that is not ends the walk, and what was good
 * until there stays good: a broken offer never costs what is trusted, and nothing ever goes back.
 * @param nowMs milliseconds since the epoch, from trustNowMs
 */
export async function verifyRootChain(
  trusted: TrustedRoot,
  candidates: readonly string[],
  nowMs: number,
): Promise<RootChainResult> {
  let root = trusted;
  let accepted = 0;
  let refusal: TrustError | null = null;
  for (const text of candidates) {
    try {
      if (accepted === rootStepsMax)
        throw new TrustError("too_large", `more than ${rootStepsMax} roots came at once`);
      root = await verifyNextRoot(root, text);
      accepted += 1;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      refusal = error;
      break;
    }
  }
  return { root, accepted, refusal, expired: isRootExpired(root, nowMs) };
}

/** One step of the chain. @throws TrustError rollback · version_gap, those of an envelope and a root */
export async function verifyNextRoot(trusted: TrustedRoot, text: string): Promise<TrustedRoot> {
  const signed = decodeEnvelope(text, payloadTypes.root);
  await requireThreshold(signed, trusted.root);
  const next = await readTrustRoot(signed.payload, text);
  await requireThreshold(signed, next.root);
  const { version } = trusted.document;
  if (next.document.version <= version)
    throw new TrustError("rollback", `root ${next.document.version} came, ${version} is trusted`);
  if (next.document.version > version + 1)
    throw new TrustError("version_gap", `root ${next.document.version} came after ${version}`);
  return next;
}

/** nowMs: milliseconds since the epoch. */
export function isRootExpired(root: TrustedRoot, nowMs: number): boolean {
  return nowMs >= root.document.expiresAtMs;
}

/** @throws TrustError expired */
export function requireCurrentRoot(root: TrustedRoot, nowMs: number): void {
  if (isRootExpired(root, nowMs))
    throw new TrustError("expired", `root document ${root.document.version} is past its time`);
}
