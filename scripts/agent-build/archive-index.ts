import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AgentIndex, type IndexedArchive, indexFileName } from "../../lib/contract/agent-index.ts";
import { platforms } from "../../lib/contract/platform.ts";
import { renderInstallers } from "./render-installers.ts";

/**
 * Writes down what lies in the folder: the installers, which carry the archives' digests, SHA256SUMS
 * for people, and the index for the master. Archives of earlier runs into the same folder stay, unless this
 * run made that platform anew.
 */
export async function writeIndex(
  folder: string,
  made: readonly IndexedArchive[],
): Promise<AgentIndex> {
  const before = await readIndex(folder);
  const kept = before.filter((one) => !made.some(({ platform }) => platform === one.platform));
  const archives = [...kept, ...made].sort(
    (a, b) => platforms.indexOf(a.platform) - platforms.indexOf(b.platform),
  );
  const installers = [];
  for (const { name, text } of await renderInstallers(archives)) {
    await publish(join(folder, name), text);
    installers.push({ name, sha256: sha256Of(text), sizeBytes: Buffer.byteLength(text) });
  }
  const sums = [...archives.map(({ file, sha256 }) => ({ name: file, sha256 })), ...installers];
  const lines = sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  await publish(join(folder, "SHA256SUMS"), lines.join(""));
  const index = AgentIndex.parse({ schema: 1, archives, installers });
  await publish(join(folder, indexFileName), `${JSON.stringify(index, null, 2)}\n`);
  return index;
}

/** What the index has, as far as the files are still there with the bytes that it says. */
async function readIndex(folder: string): Promise<IndexedArchive[]> {
  const text = await readFile(join(folder, indexFileName), "utf8").catch(() => "null");
  const parsed = AgentIndex.safeParse(JSON.parse(text));
  if (!parsed.success) return [];
  const good = await Promise.all(
    parsed.data.archives.map(
      async ({ file, sha256 }) => (await digestOf(join(folder, file))) === sha256,
    ),
  );
  return parsed.data.archives.filter((_, at) => good[at]);
}

export async function digestOf(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  const done = await pipeline(createReadStream(path), hash).then(
    () => true,
    () => false,
  );
  return done ? hash.digest("hex") : null;
}

export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function publish(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o644 });
  await rename(`${path}.part`, path);
}
