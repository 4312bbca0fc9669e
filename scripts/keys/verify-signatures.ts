import { requireCurrentRoot } from "../../lib/contract/verify-root-chain.ts";
import { ProblemError } from "../../lib/platform/problem-error.ts";
import { checkPackageSignature } from "../../lib/signing/check-package-signature.ts";
import { describeArchive } from "../../lib/signing/describe-archive.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { explainFile, naming } from "./read-input.ts";
import { readNewestRoot } from "./root-folder.ts";
import { readSignatureFile, signaturePath } from "./signature-file.ts";

/** Checks the chain of roots, and an archive with its signatures just as an upload does. */
export async function verifySignatures(
  options: { root: string; archive?: string },
  nowMs: number,
): Promise<Outcome> {
  const root = await readNewestRoot(options.root);
  const { version } = root.document;
  await naming(options.root, () => requireCurrentRoot(root, nowMs));
  const rootData = { version, fingerprint: root.fingerprint };
  const { archive } = options;
  if (archive === undefined)
    return {
      data: { root: rootData },
      lines: [`root ${version} is good, fingerprint ${root.fingerprint}`],
    };
  const path = signaturePath(archive);
  const { text } = await readSignatureFile(path);
  const described = await describeArchive(archive).catch((error) => {
    if (error instanceof ProblemError) throw new InputError(`${archive}: ${error.message}`);
    throw explainFile(error, archive);
  });
  const statement = await naming(path, () => checkPackageSignature(root, text, described, nowMs));
  return {
    data: { root: rootData, statement },
    lines: [
      `${archive} is good: ${statement.agent} ${statement.version} for ${statement.platforms.join(", ")}, under root ${version}`,
    ],
  };
}
