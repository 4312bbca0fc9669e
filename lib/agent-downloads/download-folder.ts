import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  AgentIndex,
  type IndexedArchive,
  type InstallerName,
  indexFileName,
} from "../contract/agent-index.ts";

export type OfferedFile = { path: string; sha256: string; sizeBytes: number };

/**
 * What an operator put into the folder. Nothing is served but what agents.json names, and only with
 * the very bytes that it says: a path is made from the index, never from a request.
 */
export class DownloadFolder {
  /** Digests of files as they were when they were read; a file that has changed is read again. */
  #digests = new Map<string, { mark: string; sha256: Promise<string> }>();

  constructor(
    readonly folder: string,
    private readonly onProblem: (message: string) => void,
  ) {}

  /** null: nothing was built into this folder, or it cannot be understood. */
  async index(): Promise<AgentIndex | null> {
    const file = join(this.folder, indexFileName);
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        this.onProblem(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
      return null;
    }
    const parsed = AgentIndex.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    this.onProblem(`${file} is damaged: build the archives again (npm run agent:build)`);
    return null;
  }

  async archive(platform: string, sha256: string): Promise<OfferedFile | null> {
    const index = await this.index();
    const named = index?.archives.find((one) => one.platform === platform && one.sha256 === sha256);
    return named ? this.#verified(named.file, named) : null;
  }

  async installer(name: InstallerName): Promise<OfferedFile | null> {
    const index = await this.index();
    const named = index?.installers.find((one) => one.name === name);
    return named ? this.#verified(named.name, named) : null;
  }

  async #verified(
    name: string,
    { sha256, sizeBytes }: Pick<IndexedArchive, "sha256" | "sizeBytes">,
  ): Promise<OfferedFile | null> {
    const path = join(this.folder, name);
    const found = await stat(path).catch(() => null);
    const isGood =
      found?.isFile() &&
      found.size === sizeBytes &&
      (await this.#digest(path, `${found.ino} ${found.size} ${found.ctimeMs}`)) === sha256;
    if (isGood) return { path, sha256, sizeBytes };
    this.onProblem(`${path} is missing or not what ${indexFileName} says: build it again`);
    return null;
  }

  /** Many machines that ask at once wait for one reading. */
  #digest(path: string, mark: string): Promise<string> {
    const known = this.#digests.get(path);
    if (known?.mark === mark) return known.sha256;
    const sha256 = digestOf(path).catch(() => "");
    this.#digests.set(path, { mark, sha256 });
    return sha256;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
