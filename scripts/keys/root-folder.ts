import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { decodeEnvelope, payloadTypes } from "../../lib/contract/dsse.ts";
import { readTrustRoot, type TrustedRoot } from "../../lib/contract/trust-root.ts";
import { type KeySet, requireThreshold } from "../../lib/contract/verify-envelope.ts";
import { TrustError } from "../../lib/contract/verify-refusal.ts";
import { openRoot, verifyNextRoot } from "../../lib/contract/verify-root-chain.ts";
import { InputError } from "./outcome.ts";
import { explainFile, naming, readInput } from "./read-input.ts";

/** A root that still lacks signatures. */
export type RootDraft = { root: TrustedRoot; path: string };

/** What a folder of <version>.root.json holds: the verified chain, and perhaps a draft at its end. */
export type RootFolder = { chain: TrustedRoot[]; draft: RootDraft | null };

const missingSignatures = new Set(["unknown_key", "threshold_not_met"]);

export function rootPath(folder: string, version: number): string {
  return join(folder, `${version}.root.json`);
}

/** @throws InputError a version is missing, damaged, or does not follow on the one before */
export async function readRootFolder(folder: string): Promise<RootFolder> {
  const versions = await listVersions(folder);
  const chain: TrustedRoot[] = [];
  for (const [index, version] of versions.entries()) {
    const path = rootPath(folder, version);
    if (version !== index + 1)
      throw new InputError(`${rootPath(folder, index + 1)} is missing`, "version_gap");
    const text = (await readInput(path)).trim();
    const last = chain.at(-1);
    try {
      const root = await (last ? verifyNextRoot(last, text) : openRoot(text));
      if (root.document.version !== version)
        throw new TrustError("version_gap", `it holds root ${root.document.version}`);
      chain.push(root);
    } catch (error) {
      const isDraft = error instanceof TrustError && missingSignatures.has(error.reason);
      if (isDraft && index === versions.length - 1)
        return { chain, draft: await readDraft(path, text, version) };
      return naming(path, () => Promise.reject(error));
    }
  }
  return { chain, draft: null };
}

/** The newest root that is fully signed. @throws InputError */
export async function readNewestRoot(folder: string): Promise<TrustedRoot> {
  const root = (await readRootFolder(folder)).chain.at(-1);
  if (root) return root;
  throw new InputError(`${folder} holds no fully signed root document`, "threshold_not_met");
}

/** Ids of the keys of a set that have signed, bad signatures left out. */
export async function signedBy(root: TrustedRoot, keySet: KeySet): Promise<string[]> {
  try {
    const signed = decodeEnvelope(root.text, payloadTypes.root);
    return await requireThreshold(signed, { ...keySet, threshold: 1 });
  } catch (error) {
    if (error instanceof TrustError) return [];
    throw error;
  }
}

async function readDraft(path: string, text: string, version: number): Promise<RootDraft> {
  const root = await naming(path, () =>
    readTrustRoot(decodeEnvelope(text, payloadTypes.root).payload, text),
  );
  if (root.document.version !== version)
    throw new InputError(`${path} holds root ${root.document.version}`, "version_gap");
  return { root, path };
}

async function listVersions(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error) => {
    throw explainFile(error, folder);
  });
  return names
    .map((name) => /^([1-9]\d{0,8})\.root\.json$/.exec(name)?.[1])
    .filter((version) => version !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}
