import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { openRoot } from "../contract/verify-root-chain.ts";
import { createFileDurably } from "./durable-file.ts";
import { readKeyFile, writeKeyFile } from "./key-file.ts";
import { loadDirectorKey } from "./load-director-key.ts";
import { signRoot } from "./sign-root.ts";
import { makePrivateKey, type Signer, signerOf } from "./signer.ts";

export type DevelopmentTrust = {
  /** Folder with 1.root.json, root.pem and release.pem. */
  folder: string;
  rootText: string;
  release: Signer;
  director: Signer;
};

/** By these names everybody can tell that a root is for a first look only. */
const [rootName, releaseName] = ["development root", "development release"];
export const developmentNames: ReadonlySet<string> = new Set([rootName, releaseName]);
const expiresAfterMs = 10 * 365 * 86_400_000;

/**
 * For a first look only: all keys on one machine, so that who breaks into it can sign everything. Made
 * once under the data folder; the folder appears whole or not at all, so a crash half-way is repaired
 * by the next start.
 * @throws KeyFileError · TrustError: what is there is damaged, and is left as it is
 */
export async function makeDevelopmentTrust(
  dataDir: string,
  nowMs: number,
  directorPem?: string,
): Promise<DevelopmentTrust> {
  const director = await loadDirectorKey({ dataDir, pem: directorPem });
  const folder = join(dataDir, "trust", "development");
  const found = await readTrust(folder, director);
  if (found) return found;
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { mode: 0o700 });
  const keys = { root: makePrivateKey(), release: makePrivateKey() };
  await writeKeyFile(join(part, "root.pem"), keys.root, undefined);
  await writeKeyFile(join(part, "release.pem"), keys.release, undefined);
  const root = await signerOf(keys.root);
  const text = await signDevelopmentRoot(root, await signerOf(keys.release), director, nowMs);
  await createFileDurably(join(part, "1.root.json"), `${text}\n`, 0o644);
  await rename(part, folder);
  return (await readTrust(folder, director))!;
}

async function signDevelopmentRoot(root: Signer, release: Signer, director: Signer, nowMs: number) {
  const listed = (signer: Signer, name: string) =>
    [signer.keyId, { algorithm: "ed25519" as const, publicKey: signer.publicKey, name }] as const;
  const only = (signer: Signer) => ({ keyIds: [signer.keyId], threshold: 1 });
  const keys = Object.fromEntries([
    listed(root, rootName),
    listed(release, releaseName),
    listed(director, "director"),
  ]);
  const roles = { root: only(root), release: only(release), director: only(director) };
  const expiresAtMs = nowMs + expiresAfterMs;
  return signRoot(
    { schema: 1, version: 1, expiresAtMs, keys, roles: { ...roles, directors: {} } },
    [root],
  );
}

/** null: no development keys were made here, or they cannot be read. */
export async function readDevelopmentReleaseKey(dataDir: string): Promise<Signer | null> {
  return readKeyFile(join(dataDir, "trust", "development", "release.pem")).catch(() => null);
}

async function readTrust(folder: string, director: Signer): Promise<DevelopmentTrust | null> {
  let text: string;
  try {
    text = await readFile(join(folder, "1.root.json"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const { text: rootText } = await openRoot(text.trim());
  const release = await readKeyFile(join(folder, "release.pem"));
  return { folder, rootText, release, director };
}
