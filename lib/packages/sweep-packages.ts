import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { packages } from "../../drizzle/schema/packages.ts";
import type { Services } from "../platform/services.ts";
import { incomingFolder, packagesFolder } from "./package-store.ts";

/** Younger files may belong to an upload that another instance is taking in right now. */
const ageMsMin = 10 * 60_000;

/** At start: removes broken-off uploads and archives that no row names. Returns how many. */
export async function sweepPackages(services: Services): Promise<number> {
  const { IFRIT_DATA_DIR: dataDir } = services.env;
  const known = new Set(
    (await services.db.selectDistinct({ sha256: packages.sha256 }).from(packages)).map(
      (row) => `${row.sha256}.tar.gz`,
    ),
  );
  const incoming = await oldFiles(incomingFolder(dataDir), services.now());
  const archives = await oldFiles(packagesFolder(dataDir), services.now());
  const orphans = [
    ...incoming.filter((file) => file.name.endsWith(".part")),
    ...archives.filter((file) => file.name.endsWith(".tar.gz") && !known.has(file.name)),
  ];
  for (const orphan of orphans) await rm(orphan.path, { force: true });
  if (orphans.length > 0) services.log.info({ files: orphans.length }, "removed orphaned archives");
  return orphans.length;
}

async function oldFiles(folder: string, nowMs: number): Promise<{ name: string; path: string }[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const old: { name: string; path: string }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile() && nowMs - found.mtimeMs >= ageMsMin) old.push({ name, path });
  }
  return old;
}
