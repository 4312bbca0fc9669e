import { access } from "node:fs/promises";
import { payloadTypes } from "../../lib/contract/dsse.ts";
import type { ReleaseStatement } from "../../lib/contract/release-statement.ts";
import { ReleaseStatement as ReleaseStatementSchema } from "../../lib/contract/release-statement.ts";
import { ProblemError } from "../../lib/platform/problem-error.ts";
import { type DescribedArchive, describeArchive } from "../../lib/signing/describe-archive.ts";
import { createFileDurably, replaceFileDurably } from "../../lib/signing/durable-file.ts";
import { readKeyFile } from "../../lib/signing/key-file.ts";
import { addSignature, signEnvelope } from "../../lib/signing/sign-envelope.ts";
import type { Signer } from "../../lib/signing/signer.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { explainFile, readPassphrase } from "./read-input.ts";
import { readNewestRoot } from "./root-folder.ts";
import { readSignatureFile, signaturePath } from "./signature-file.ts";

export type SignArchiveOptions = {
  archive: string;
  key: string;
  passphraseFile?: string;
  /** Folder of root documents: then only a release key of the newest may sign. */
  root?: string;
  /** Only for the first signature; the others sign what is there. */
  sequence?: number;
  /** A sequence, the signature file of the release that machines may go back to, or "any". */
  rollbackTo?: string;
  /** false: machines that ran it shall never go back. */
  rollback: boolean;
  expiresDays?: number;
};

/**
 * Signs an archive, or adds one more signature to what others have signed. Who adds a signature signs
 * what the file says, but only after the archive beside it was read and found to be just that.
 */
export async function signArchive(options: SignArchiveOptions, nowMs: number): Promise<Outcome> {
  const { archive } = options;
  const described = await readArchive(archive);
  const signer = await readKeyFile(options.key, await readPassphrase(options.passphraseFile));
  if (options.root !== undefined) await requireReleaseKey(options.root, signer, options.key);
  const path = signaturePath(archive);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  const signed = isThere
    ? await signAgain(options, path, described, signer)
    : await signFirst(options, path, described, signer, nowMs);
  const { statement, signatures } = signed;
  return {
    data: { path, keyId: signer.keyId, signatures, statement },
    lines: [
      `${path}: ${statement.agent} ${statement.version}, ${signatures} signature(s)`,
      `  sequence ${statement.sequence}, ${permitLine(statement)}`,
    ],
  };
}

async function signFirst(
  options: SignArchiveOptions,
  path: string,
  described: DescribedArchive,
  signer: Signer,
  nowMs: number,
) {
  if (options.rollback === (options.rollbackTo === undefined))
    throw new InputError(
      `${path}: say how far machines may go back from it: --rollback-to, or --no-rollback`,
    );
  const rollbackTo = await rollbackSequence(options.rollbackTo, described.agent);
  const parsed = ReleaseStatementSchema.safeParse({
    schema: 1,
    ...described,
    sequence: options.sequence ?? Math.floor(nowMs / 1000),
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    signedAtMs: nowMs,
    ...(options.expiresDays === undefined
      ? {}
      : { expiresAtMs: nowMs + options.expiresDays * 86_400_000 }),
  });
  if (!parsed.success)
    throw new InputError(`${options.archive}: ${parsed.error.issues[0]?.message}`);
  const text = await signEnvelope(payloadTypes.release, parsed.data, [signer]);
  await createFileDurably(path, `${text}\n`, 0o644).catch((error) => {
    throw explainFile(error, path);
  });
  return { statement: parsed.data, signatures: 1 };
}

async function signAgain(
  options: SignArchiveOptions,
  path: string,
  described: DescribedArchive,
  signer: Signer,
) {
  const { sequence, rollbackTo, rollback, expiresDays } = options;
  const says = [sequence, rollbackTo, expiresDays].some((option) => option !== undefined);
  if (says || !rollback)
    throw new InputError(
      `${path} is there: what it says cannot be changed, only signed. Move it away to begin anew`,
    );
  const { text, statement } = await readSignatureFile(path);
  for (const [field, value] of Object.entries(described))
    if (JSON.stringify(statement[field as keyof DescribedArchive]) !== JSON.stringify(value))
      throw new InputError(`${path} is for another archive: its ${field} differs`, "mix_and_match");
  const signed = await addSignature(text, payloadTypes.release, signer);
  await replaceFileDurably(path, `${signed}\n`, 0o644).catch((error) => {
    throw explainFile(error, path);
  });
  return { statement, signatures: JSON.parse(signed).signatures.length as number };
}

async function requireReleaseKey(folder: string, signer: Signer, key: string): Promise<void> {
  const root = await readNewestRoot(folder);
  if (!root.release.keys.some(({ keyId }) => keyId === signer.keyId))
    throw new InputError(
      `${key} is no release key of root ${root.document.version}`,
      "unknown_key",
    );
}

async function rollbackSequence(
  given: string | undefined,
  agent: string,
): Promise<number | undefined> {
  if (given === undefined) return undefined;
  if (given === "any") return 1;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const { statement } = await readSignatureFile(given);
  if (statement.agent === agent) return statement.sequence;
  throw new InputError(`${given} is a release of ${statement.agent}, not of ${agent}`);
}

async function readArchive(archive: string): Promise<DescribedArchive> {
  try {
    return await describeArchive(archive);
  } catch (error) {
    if (error instanceof ProblemError) throw new InputError(`${archive}: ${error.message}`);
    throw explainFile(error, archive);
  }
}

function permitLine({ sequence, rollbackTo }: ReleaseStatement): string {
  return rollbackTo === undefined || rollbackTo === sequence
    ? "no way back: machines that ran it refuse every older release"
    : `machines may go back to releases from sequence ${rollbackTo} on`;
}
