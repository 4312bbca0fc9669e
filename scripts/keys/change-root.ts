import type { TrustRole, TrustRoot } from "../../lib/contract/trust-root.ts";
import { replaceFileDurably } from "../../lib/signing/durable-file.ts";
import { draftOf, keysOf } from "./init-root.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { type KeyRole, readPublicKey, readPublicKeys } from "./public-key-file.ts";
import { explainFile } from "./read-input.ts";
import { readRootFolder, rootPath } from "./root-folder.ts";
import { statusLines, statusOf } from "./root-status.ts";

export type ChangeRootOptions = {
  dir: string;
  role?: KeyRole;
  /** Only with the role director: the keys of this cluster alone. */
  cluster?: string;
  /** Files of public keys. */
  add: string[];
  /** Ids, or files of public keys. */
  remove: string[];
  threshold?: number;
  expiresDays?: number;
};

/**
 * Writes the draft of the next root, or changes the draft that is there. Signatures that a draft had
 * are gone then: they were for another text.
 */
export async function changeRoot(options: ChangeRootOptions, nowMs: number): Promise<Outcome> {
  const { dir, expiresDays } = options;
  const folder = await readRootFolder(dir);
  const base = folder.draft?.root.document ?? folder.chain.at(-1)?.document;
  if (!base) throw new InputError(`${dir} holds no root document; begin with "keys root init"`);
  const next: TrustRoot = structuredClone(base);
  next.version = folder.draft ? base.version : base.version + 1;
  if (expiresDays !== undefined) next.expiresAtMs = nowMs + expiresDays * 86_400_000;
  if (options.role !== undefined) await changeRole(next, { ...options, role: options.role });
  next.keys = onlyUsed(next);
  const path = rootPath(dir, next.version);
  const text = await draftOf(next, path);
  await replaceFileDurably(path, `${text}\n`, 0o644).catch((error) => {
    throw explainFile(error, path);
  });
  const status = (await statusOf(await readRootFolder(dir)))!;
  return { data: { path, ...status }, lines: [path, ...statusLines(status)] };
}

async function changeRole(
  next: TrustRoot,
  options: ChangeRootOptions & { role: KeyRole },
): Promise<void> {
  const { role, cluster } = options;
  const before = roleIn(next, role, cluster);
  const added = await readPublicKeys(options.add, role);
  const removed = await Promise.all(options.remove.map(idOf));
  for (const keyId of removed)
    if (!before.keyIds.includes(keyId))
      throw new InputError(`${keyId} is no ${role} key of root ${next.version}`);
  const keyIds = [...before.keyIds, ...added.map((key) => key.keyId)].filter(
    (keyId) => !removed.includes(keyId),
  );
  Object.assign(next.keys, keysOf(added));
  const threshold = options.threshold ?? before.threshold;
  const after: TrustRole = { keyIds: [...new Set(keyIds)], threshold };
  if (cluster === undefined) next.roles[role] = after;
  else if (after.keyIds.length === 0) delete next.roles.directors[cluster];
  else next.roles.directors[cluster] = after;
}

function roleIn(root: TrustRoot, role: KeyRole, cluster: string | undefined): TrustRole {
  if (cluster === undefined) return root.roles[role];
  return root.roles.directors[cluster] ?? { keyIds: [], threshold: 1 };
}

async function idOf(keyOrFile: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(keyOrFile)) return keyOrFile;
  return (await readPublicKey(keyOrFile)).keyId;
}

function onlyUsed({ keys, roles }: TrustRoot): TrustRoot["keys"] {
  const { directors, ...others } = roles;
  const used = new Set(
    [...Object.values(others), ...Object.values(directors)].flatMap((role) => role.keyIds),
  );
  return Object.fromEntries(Object.entries(keys).filter(([keyId]) => used.has(keyId)));
}
