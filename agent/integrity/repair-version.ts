import type { PackageRef } from "@contract/desired-state.ts";
import { manifestEntryName } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { downloadPackage } from "../install/download-package.ts";
import { unpackArchive } from "../install/unpack-archive.ts";
import { VersionOrigin } from "../plan/agent-record.ts";
import { parentOf, readJson, removeAll, syncDir } from "../platform/durable-file.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { findDrift } from "./check-version.ts";

/**
 * Puts the files of an installed version back as the package has them: unpacks it aside, from the
 * cached archive or a new download, and renames each wrong file's good twin over it. A running process
 * keeps the file that it has open.
 */
export async function repairVersion(
  ctx: AgentContext,
  given: { name: string; version: string; session: MasterSession; signal: AbortSignal },
): Promise<string[]> {
  const { name, version } = given;
  const layout = ctx.layout.agent(name);
  const target = layout.version(version);
  const ref: PackageRef | null = await readJson(`${target}/origin.json`, VersionOrigin);
  if (ref === null)
    throw new ChangeError("io_error", `origin.json of version ${version} cannot be read`);
  const { session, signal } = given;
  const archive = await downloadPackage(ctx, {
    session,
    cache: layout.cache,
    ref,
    signal,
    onProgress: () => {},
  });
  await removeAll(layout.staging);
  await Deno.mkdir(layout.staging, { recursive: true, mode: 0o700 });
  const staged = `${layout.staging}/${version}`;
  const manifest = await unpackArchive(archive, staged, { name, version, platform: ctx.platform });
  const drifted = await findDrift(`${target}/files`, manifest, new Map());
  const wrong = [manifestEntryName, ...drifted.map((path) => `files/${path}`)];
  for (const path of wrong) await putBack(`${staged}/${path}`, `${target}/${path}`);
  await removeAll(layout.staging);
  ctx.log.info("the files are as in the package again", {
    agent: name,
    version,
    files: drifted.length,
  });
  return drifted;
}

async function putBack(good: string, wrong: string): Promise<void> {
  const folder = parentOf(wrong);
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  // A folder in the file's place would make the rename fail.
  if ((await Deno.lstat(wrong).catch(() => null))?.isDirectory) await removeAll(wrong);
  await Deno.rename(good, wrong);
  await syncDir(folder);
}
