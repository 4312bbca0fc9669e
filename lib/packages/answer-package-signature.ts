import { Sha256 } from "../contract/names.ts";
import type { AgentAnswer } from "../platform/agent-answer.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { findPackageSignature } from "./find-package-signature.ts";

/** By sha256. null: it has none. */
export type KnownSignatures = Map<string, { envelope: string | null; readAtMs: number }>;

/** A package may be signed again; until then a fleet that installs it asks MySQL no more often. */
const keptMs = 10_000;
const keptMax = 1_000;

/**
 * What release keys say of an archive, as it was stored. While MySQL is away, what was known goes on.
 * @throws ProblemError not_found
 */
export async function answerPackageSignature(
  services: Services,
  known: KnownSignatures,
  sha256: string,
): Promise<AgentAnswer> {
  if (!Sha256.safeParse(sha256).success) throw missing(sha256);
  const envelope = await recall(services, known, sha256);
  if (envelope === null) throw missing(sha256);
  const body = Buffer.from(envelope);
  const headers = ["content-type", "application/json", "cache-control", "private, no-cache"];
  return { status: 200, headers: [...headers, "content-length", String(body.length)], body };
}

async function recall(
  services: Services,
  known: KnownSignatures,
  sha256: string,
): Promise<string | null> {
  const held = known.get(sha256);
  const nowMs = services.now();
  if (held && Math.abs(nowMs - held.readAtMs) < keptMs) return held.envelope;
  try {
    const envelope = (await findPackageSignature(services.db, sha256))?.envelope ?? null;
    if (known.size >= keptMax) known.clear();
    known.set(sha256, { envelope, readAtMs: nowMs });
    return envelope;
  } catch (error) {
    if (held?.envelope) return held.envelope;
    throw error;
  }
}

function missing(sha256: string): ProblemError {
  return new ProblemError("not_found", `There is no signature of ${sha256.slice(0, 64)} here.`);
}
