import { payloadTypes } from "./dsse.ts";
import type { Platform } from "./platform.ts";
import { ReleaseStatement } from "./release-statement.ts";
import type { TrustedRoot } from "./trust-root.ts";
import { parseStatement } from "./verify-encoding.ts";
import { verifyEnvelope } from "./verify-envelope.ts";
import { TrustError } from "./verify-refusal.ts";
import { requireCurrentRoot } from "./verify-root-chain.ts";

/** What the director's document asks for, on this machine. Both signatures must mean the same bytes. */
export type ExpectedRelease = {
  agent: string;
  version: string;
  platform: Platform;
  sha256: string;
  /** Bytes. */
  size: number;
};

export type VerifiedRelease = {
  statement: ReleaseStatement;
  signedBy: string[];
  /**
   * The agent's floor once this version is committed. Not before: a version that fails its watch is
   * put back, and the one before it must still be allowed.
   */
  floorAfterCommit: number;
};

/**
 * Do release keys say that these bytes are what the director asks for, and is it no forbidden step
 * back (TUF 1.0 §5.6, §5.7)?
 * @param floor lowest sequence that this machine still takes for the agent; 0: none known
 * @param nowMs milliseconds since the epoch, from trustNowMs
 * @throws TrustError expired · wrong_package · wrong_platform · digest_mismatch · rollback, and those
 * of an envelope
 */
export async function verifyRelease(
  root: TrustedRoot,
  text: string,
  expected: ExpectedRelease,
  floor: number,
  nowMs: number,
): Promise<VerifiedRelease> {
  requireCurrentRoot(root, nowMs);
  const { payload, signedBy } = await verifyEnvelope(text, payloadTypes.release, root.release);
  const statement = parseStatement("release statement", ReleaseStatement, payload);
  requireExpected(statement, expected);
  if (statement.expiresAtMs !== undefined && nowMs >= statement.expiresAtMs)
    throw new TrustError("expired", `the release of ${nameOf(statement)} is past its time`);
  if (statement.sequence < floor)
    throw new TrustError(
      "rollback",
      `${nameOf(statement)} has sequence ${statement.sequence}; this machine takes ${floor} and later`,
    );
  return {
    statement,
    signedBy,
    floorAfterCommit: Math.max(floor, statement.rollbackTo ?? statement.sequence),
  };
}

function requireExpected(statement: ReleaseStatement, expected: ExpectedRelease): void {
  if (statement.agent !== expected.agent || statement.version !== expected.version)
    throw new TrustError(
      "wrong_package",
      `it is signed as ${nameOf(statement)}, not as ${expected.agent} ${expected.version}`,
    );
  if (!statement.platforms.includes(expected.platform))
    throw new TrustError("wrong_platform", `it is not signed for ${expected.platform}`);
  if (statement.sha256 !== expected.sha256 || statement.size !== expected.size)
    throw new TrustError("digest_mismatch", "other bytes are signed than those that are asked for");
}

function nameOf(statement: ReleaseStatement): string {
  return `${statement.agent} ${statement.version}`;
}
