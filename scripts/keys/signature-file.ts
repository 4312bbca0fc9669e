import { payloadTypes } from "../../lib/contract/dsse.ts";
import { ReleaseStatement } from "../../lib/contract/release-statement.ts";
import { parseStatement } from "../../lib/contract/verify-encoding.ts";
import { unverifiedPayload } from "../../lib/signing/sign-envelope.ts";
import { naming, readInput } from "./read-input.ts";

export function signaturePath(archive: string): string {
  return `${archive}.sig.json`;
}

export type SignatureFile = { text: string; statement: ReleaseStatement };

/** What a signature file says; its signatures are not checked. @throws InputError */
export async function readSignatureFile(path: string): Promise<SignatureFile> {
  const text = (await readInput(path)).trim();
  return naming(path, () => ({
    text,
    statement: parseStatement(
      "release statement",
      ReleaseStatement,
      unverifiedPayload(text, payloadTypes.release),
    ),
  }));
}
