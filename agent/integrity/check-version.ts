import type { PackageFile, PackageManifest } from "@contract/package-manifest.ts";
import { fileSha256 } from "../install/file-digest.ts";
import { isNotFound } from "../platform/durable-file.ts";

/** What a file looked like when its digest was last found right: unchanged, it need not be read again. */
export type SeenFiles = Map<string, string>;

/** The paths of a version's files that are not as the package has them: missing, changed, or another mode. */
export async function findDrift(
  payload: string,
  manifest: PackageManifest,
  seen: SeenFiles,
): Promise<string[]> {
  const drifted: string[] = [];
  for (const file of manifest.files) {
    if (!(await isAsPacked(`${payload}/${file.path}`, file, seen))) drifted.push(file.path);
  }
  return drifted;
}

async function isAsPacked(path: string, file: PackageFile, seen: SeenFiles): Promise<boolean> {
  const stat = await Deno.lstat(path).catch((error) => {
    if (isNotFound(error)) return null;
    throw error;
  });
  const executable = ((stat?.mode ?? 0) & 0o111) !== 0;
  if (!stat?.isFile || stat.size !== file.size || executable !== file.executable) {
    seen.delete(path);
    return false;
  }
  // The change time moves with every change and cannot be set back.
  const look = `${stat.ino}:${stat.size}:${stat.mtime?.getTime()}:${stat.ctime?.getTime()}`;
  if (seen.get(path) === look) return true;
  const right = (await fileSha256(path)) === file.sha256;
  if (right) seen.set(path, look);
  else seen.delete(path);
  return right;
}
