import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { step } from "../progress.ts";
import { repoRoot } from "../repo-root.ts";
import { runCommand } from "../system/run-command.ts";
import { UserError } from "../user-error.ts";
import type { Target } from "./targets.ts";

export type LockedRuntime = { name: string; version: string; integrity: string };

/** How the archive of a runtime package comes into a folder; returns its file name there. */
export type Download = (runtime: LockedRuntime, folder: string) => Promise<string>;

/** Version and sha512 of a target's Deno, as package-lock.json has them. */
export async function lockedRuntime(
  target: Target,
  lockFile = join(repoRoot, "package-lock.json"),
): Promise<LockedRuntime> {
  const { packages } = JSON.parse(await readFile(lockFile, "utf8")) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  const { version, integrity } = packages[`node_modules/${target.runtimePackage}`] ?? {};
  if (version && integrity?.startsWith("sha512-"))
    return { name: target.runtimePackage, version, integrity };
  throw new UserError(
    `package-lock.json has no ${target.runtimePackage} with a sha512.`,
    "Run npm install with the optional packages included (npm install --include=optional), and commit package-lock.json.",
  );
}

/**
 * The npm archive of a target's Deno, from the cache or from the registry. Not one byte of it is used
 * before it has the sha512 of package-lock.json.
 */
export async function fetchRuntime(
  runtime: LockedRuntime,
  cacheFolder: string,
  download: Download = downloadWithNpm,
): Promise<string> {
  await mkdir(cacheFolder, { recursive: true });
  const file = join(
    cacheFolder,
    `${runtime.name.replace(/^@|\//g, "-").slice(1)}-${runtime.version}.tgz`,
  );
  if (await hasIntegrity(file, runtime.integrity)) return file;
  const folder = await mkdtemp(join(cacheFolder, "incoming-"));
  try {
    const name = `${runtime.name} ${runtime.version} downloaded`;
    const fetched = join(folder, await step(name, () => download(runtime, folder)));
    if (!(await hasIntegrity(fetched, runtime.integrity)))
      throw new UserError(
        `${runtime.name} ${runtime.version} came with another sha512 than package-lock.json has.`,
        "Nothing of it was used. Find out what the registry or a proxy before it serves, then run it again.",
      );
    await rename(fetched, file);
    return file;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** npm itself, so that its registry, proxy and certificate settings count. */
async function downloadWithNpm(runtime: LockedRuntime, folder: string): Promise<string> {
  const spec = `${runtime.name}@${runtime.version}`;
  const args = ["pack", spec, "--silent", "--prefer-offline", "--pack-destination", folder];
  const { code, output } = await runCommand("npm", args, { cwd: folder });
  const name = output.trim().split("\n").at(-1) ?? "";
  if (code === 0 && name.endsWith(".tgz")) return name;
  throw new UserError(
    `npm could not download ${spec}: ${output.trim().split("\n").slice(-3).join(" ") || `it ended with ${code}`}`,
    "Check that the npm registry can be reached (npm ping), then run it again.",
  );
}

async function hasIntegrity(file: string, integrity: string): Promise<boolean> {
  const hash = createHash("sha512");
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  return `sha512-${hash.digest("base64")}` === integrity;
}
