import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Servers live in folders that an ordinary user's PATH leaves out. */
const extraFolders = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/local/bin", "/usr/bin"];

export function findBinary(...names: string[]): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...extraFolders];
  for (const name of names)
    for (const folder of folders) {
      const path = join(folder, name);
      if (folder && isExecutableFile(path)) return path;
    }
  return null;
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
