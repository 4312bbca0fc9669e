import { payloadTypes } from "../contract/dsse.ts";
import { ReleaseStatement } from "../contract/release-statement.ts";
import { signEnvelope } from "./sign-envelope.ts";
import type { Signer } from "./signer.ts";

/** @throws ZodError the statement does not hold together */
export function signRelease(
  statement: ReleaseStatement,
  signers: readonly Signer[],
): Promise<string> {
  return signEnvelope(payloadTypes.release, ReleaseStatement.parse(statement), signers);
}
