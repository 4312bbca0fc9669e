import {
  commandsOf,
  manifestRuleIssues,
  PackageManifest,
  packageLimits,
} from "@contract/package-manifest.ts";
import type { Platform } from "@contract/platform.ts";
import { ChangeError } from "../change-error.ts";

export interface ExpectedPackage {
  name: string;
  version: string;
  platform: Platform;
  /** Of manifest.json as it lies in the archive, as release keys signed it; absent: not known. */
  manifestSha256?: string;
}

/** Reads an archive's manifest and holds it against what was asked for. Pure. */
export function checkManifest(text: string, expected: ExpectedPackage): PackageManifest {
  const manifest = parse(text);
  const wrong =
    mismatch("name", manifest.name, expected.name) ??
    mismatch("version", manifest.version, expected.version) ??
    (manifest.platforms.includes(expected.platform)
      ? null
      : `it is not for ${expected.platform}`) ??
    wrongFiles(manifest) ??
    manifestRuleIssues(manifest).map(({ path, message }) => `${path}: ${message}`)[0] ??
    commandsOf(manifest)
      .map(({ command }) => wrongCommand(manifest, command))
      .find((wrong) => wrong !== null) ??
    null;
  if (wrong !== null) throw new ChangeError("archive_invalid", `manifest.json: ${wrong}`);
  return manifest;
}

function parse(text: string): PackageManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ChangeError("archive_invalid", "manifest.json is not JSON");
  }
  const result = PackageManifest.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ChangeError(
    "archive_invalid",
    `manifest.json: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

function mismatch(what: string, found: string, expected: string): string | null {
  return found === expected ? null : `its ${what} is ${found}, ${expected} was asked for`;
}

/** Paths that would meet on some file system, or a file where another path needs a folder. */
function wrongFiles(manifest: PackageManifest): string | null {
  const unpacked = manifest.files.reduce((sum, file) => sum + file.size, 0);
  if (unpacked > packageLimits.unpackedBytesMax) return `its files sum up to ${unpacked} bytes`;
  const folded = new Map<string, string>();
  for (const { path } of manifest.files) {
    const key = fold(path);
    const other = folded.get(key);
    if (other !== undefined) return `${path} and ${other} are the same path to some file systems`;
    folded.set(key, path);
  }
  for (const { path } of manifest.files) {
    for (let cut = path.indexOf("/"); cut >= 0; cut = path.indexOf("/", cut + 1)) {
      const folder = path.slice(0, cut);
      if (folded.has(fold(folder))) return `${folder} is a file and a folder at once`;
    }
  }
  return null;
}

function fold(path: string): string {
  return path.normalize("NFKC").toLowerCase();
}

function wrongCommand(manifest: PackageManifest, command: readonly string[]): string | null {
  const program = command[0] ?? "";
  if (!program.includes("/")) return null;
  const path = program.replace(/^\.\//, "");
  const file = manifest.files.find((one) => one.path === path);
  return file?.executable ? null : `${program} is not an executable file of the package`;
}
