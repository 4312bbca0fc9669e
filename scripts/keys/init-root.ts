import { mkdir } from "node:fs/promises";
import type { TrustRole, TrustRoot } from "../../lib/contract/trust-root.ts";
import { createFileDurably } from "../../lib/signing/durable-file.ts";
import { signRoot } from "../../lib/signing/sign-root.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { type KeyRole, type PublicKeyFile, readPublicKeys } from "./public-key-file.ts";
import { explainFile, naming } from "./read-input.ts";
import { readRootFolder, rootPath } from "./root-folder.ts";
import { statusLines, statusOf } from "./root-status.ts";

export type InitRootOptions = {
  dir: string;
  rootKey: string[];
  releaseKey: string[];
  directorKey: string[];
  /** role=k */
  threshold: Partial<Record<KeyRole, number>>;
  expiresDays: number;
};

/** Writes the draft of root 1: who may say what from the beginning on. */
export async function initRoot(options: InitRootOptions, nowMs: number): Promise<Outcome> {
  const { dir, threshold } = options;
  const root = await readPublicKeys(options.rootKey, "root");
  const release = await readPublicKeys(options.releaseKey, "release");
  const director = await readPublicKeys(options.directorKey, "director");
  const document: TrustRoot = {
    schema: 1,
    version: 1,
    expiresAtMs: nowMs + options.expiresDays * 86_400_000,
    keys: keysOf([...root, ...release, ...director]),
    roles: {
      root: roleOf(root, threshold.root),
      release: roleOf(release, threshold.release),
      director: roleOf(director, threshold.director),
      directors: {},
    },
  };
  const path = rootPath(dir, 1);
  const text = await draftOf(document, path);
  try {
    await mkdir(dir, { recursive: true });
    await createFileDurably(path, `${text}\n`, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new InputError(`${path} is there already; change it with "keys root rotate"`);
    throw explainFile(error, path);
  }
  const status = (await statusOf(await readRootFolder(dir)))!;
  return { data: { path, ...status }, lines: [path, ...statusLines(status)] };
}

/** An unsigned envelope. @throws InputError the document does not hold together */
export async function draftOf(document: TrustRoot, path: string): Promise<string> {
  return naming(path, async () => {
    try {
      return await signRoot(document, []);
    } catch (error) {
      if (!(error instanceof Error && error.name === "ZodError")) throw error;
      const [issue] = (error as Error & { issues: { path: PropertyKey[]; message: string }[] })
        .issues;
      throw new InputError(`${path}: ${issue?.path.join(".")}: ${issue?.message}`, "malformed");
    }
  });
}

export function keysOf(keys: readonly PublicKeyFile[]): TrustRoot["keys"] {
  return Object.fromEntries(
    keys.map(({ keyId, publicKey, name }) => [keyId, { algorithm: "ed25519", publicKey, name }]),
  );
}

function roleOf(keys: readonly PublicKeyFile[], threshold = 1): TrustRole {
  return { keyIds: keys.map((key) => key.keyId), threshold };
}
