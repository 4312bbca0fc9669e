import type { TrustedRoot } from "../../lib/contract/trust-root.ts";
import type { KeySet } from "../../lib/contract/verify-envelope.ts";
import type { Outcome } from "./outcome.ts";
import { listPublicKeys } from "./public-key-file.ts";
import { readRootFolder } from "./root-folder.ts";
import { expiryWarning, statusLines, statusOf } from "./root-status.ts";

/** The keys of a folder, or what a folder of root documents says of roles, keys and expiry. */
export async function listKeys(
  options: { dir?: string; root?: string },
  nowMs: number,
): Promise<Outcome> {
  const keys = options.dir === undefined ? [] : await listPublicKeys(options.dir);
  const lines = keys.map(({ path, key }) => `${key.role.padEnd(8)} ${key.keyId}  ${path}`);
  const data: Record<string, unknown> = { keys: keys.map(({ path, key }) => ({ path, ...key })) };
  if (options.root !== undefined) {
    const folder = await readRootFolder(options.root);
    const status = await statusOf(folder);
    const newest = folder.chain.at(-1);
    const warning = newest ? expiryWarning(newest, nowMs) : null;
    const roles = rolesOf(folder.draft?.root ?? newest);
    Object.assign(data, { root: status, roles, warning });
    lines.push(...(status ? statusLines(status) : [`${options.root} holds no root document`]));
    lines.push(...roles.flatMap(roleLines));
    if (warning) lines.push(`! root ${newest?.document.version}: ${warning}`);
  }
  return { data, lines };
}

type ListedRole = {
  role: string;
  threshold: number;
  keys: { keyId: string; name: string }[];
};

function rolesOf(root: TrustedRoot | undefined): ListedRole[] {
  if (!root) return [];
  const listed = (role: string, { keys, threshold }: KeySet): ListedRole => ({
    role,
    threshold,
    keys: keys.map(({ keyId }) => ({ keyId, name: root.document.keys[keyId]?.name ?? "" })),
  });
  return [
    listed("root", root.root),
    listed("release", root.release),
    listed("director", root.director),
    ...[...root.directors].map(([id, keySet]) => listed(`director of ${id}`, keySet)),
  ];
}

function roleLines({ role, threshold, keys }: ListedRole): string[] {
  return [
    `${role}: ${threshold} of ${keys.length}`,
    ...keys.map(({ keyId, name }) => `  ${keyId}  ${name}`),
  ];
}
