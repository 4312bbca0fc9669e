import { payloadTypes } from "../../lib/contract/dsse.ts";
import { replaceFileDurably } from "../../lib/signing/durable-file.ts";
import { readKeyFile } from "../../lib/signing/key-file.ts";
import { addSignature } from "../../lib/signing/sign-envelope.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { explainFile, readPassphrase } from "./read-input.ts";
import { readRootFolder } from "./root-folder.ts";
import { statusLines, statusOf } from "./root-status.ts";

export type SignRootOptions = { dir: string; key: string; passphraseFile?: string };

/** Adds one signature to the draft. The folder travels from signer to signer until enough have signed. */
export async function signRootDraft(options: SignRootOptions): Promise<Outcome> {
  const { dir, key } = options;
  const folder = await readRootFolder(dir);
  if (!folder.draft)
    throw new InputError(`${dir} holds no draft to sign: its newest root is fully signed`);
  const { root, path } = folder.draft;
  const signer = await readKeyFile(key, await readPassphrase(options.passphraseFile));
  const before = folder.chain.at(-1);
  const sayers = [...root.root.keys, ...(before?.root.keys ?? [])];
  if (!sayers.some(({ keyId }) => keyId === signer.keyId))
    throw new InputError(
      `${key} is no root key of ${path} or of the root before it`,
      "unknown_key",
    );
  const text = await addSignature(root.text, payloadTypes.root, signer);
  await replaceFileDurably(path, `${text}\n`, 0o644).catch((error) => {
    throw explainFile(error, path);
  });
  const status = (await statusOf(await readRootFolder(dir)))!;
  return {
    data: { path, keyId: signer.keyId, ...status },
    lines: [`${path} signed with ${signer.keyId}`, ...statusLines(status)],
  };
}
