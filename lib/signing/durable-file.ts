import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file that must not be there yet; nobody ever sees half of it. @throws EEXIST */
export async function createFileDurably(path: string, text: string, mode: number): Promise<void> {
  await writeAside(path, text, mode, (part) => link(part, path));
}

/** Replaces a file: afterwards it holds the old content or the new, whatever happens on the way. */
export async function replaceFileDurably(path: string, text: string, mode: number): Promise<void> {
  await writeAside(path, text, mode, (part) => rename(part, path));
}

/** Content → fsync → publish in one step → fsync of the folder. */
async function writeAside(
  path: string,
  text: string,
  mode: number,
  publish: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await publish(part);
  } finally {
    await rm(part, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Windows cannot open folders; there the rename itself is durable. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
