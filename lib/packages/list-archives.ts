import { readdir } from "node:fs/promises";
import { desc, max } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import type { Services } from "../platform/services.ts";
import { packagesFolder } from "./package-store.ts";

export type Archive = { sha256: string; sizeBytes: number; onDisk: boolean };

/** Every archive that packages name, newest first, and whether its bytes are here. */
export async function listArchives({ db, env }: Pick<Services, "db" | "env">): Promise<Archive[]> {
  const newest = max(packages.id);
  const rows = await db
    .select({ sha256: packages.sha256, sizeBytes: max(packages.sizeBytes) })
    .from(packages)
    .groupBy(packages.sha256)
    .orderBy(desc(newest));
  const names = new Set(await readdir(packagesFolder(env.IFRIT_DATA_DIR)).catch(() => []));
  return rows.map(({ sha256, sizeBytes }) => ({
    ...{ sha256, sizeBytes: Number(sizeBytes) },
    onDisk: names.has(`${sha256}.tar.gz`),
  }));
}
