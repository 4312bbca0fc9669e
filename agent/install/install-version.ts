import type { PackageRef } from "@contract/desired-state.ts";
import type { AgentContext } from "../context.ts";
import type { AgentLayout } from "../layout.ts";
import { VersionOrigin } from "../plan/agent-record.ts";
import { readJson, removeAll, syncDir, writeDurably } from "../platform/durable-file.ts";
import type { SignedPackage } from "../trust/release-gate.ts";
import { requireSpace } from "./disk-space.ts";
import { unpackArchive } from "./unpack-archive.ts";

/** A guess before the manifest is known: what an archive of binaries unpacks to. */
const unpackedPerArchiveByte = 3;

/** Unpacks a verified archive aside and publishes it as a version in one rename. */
export async function installVersion(
  ctx: AgentContext,
  given: {
    name: string;
    version: string;
    ref: PackageRef;
    archive: string;
    /** null: this machine checks no signatures. */
    signed: SignedPackage | null;
  },
): Promise<void> {
  const { name, version, ref, signed } = given;
  const layout = ctx.layout.agent(name);
  await removeAll(layout.staging);
  await Deno.mkdir(layout.staging, { recursive: true, mode: 0o700 });
  await Deno.mkdir(layout.versions, { recursive: true, mode: 0o755 });
  await requireSpace(layout.staging, ref.size * unpackedPerArchiveByte);
  const staged = `${layout.staging}/${version}`;
  const manifestSha256 = signed?.manifestSha256;
  const { platform } = ctx;
  await unpackArchive(given.archive, staged, { name, version, platform, manifestSha256 });
  ctx.failpoint("install:unpacked");
  const { sha256, size } = ref;
  const origin: VersionOrigin = { sha256, size, signature: signed?.signature };
  await writeDurably(`${staged}/origin.json`, JSON.stringify(origin));
  ctx.failpoint("install:staged");
  await publish(layout, staged, version, origin);
  ctx.failpoint("install:published");
  await removeAll(layout.staging);
  ctx.log.info("version installed", { agent: name, version });
}

async function publish(
  layout: AgentLayout,
  staged: string,
  version: string,
  origin: VersionOrigin,
): Promise<void> {
  const target = layout.version(version);
  const there = await readJson(`${target}/origin.json`, VersionOrigin);
  if (there?.sha256 === origin.sha256) return;
  // Other bytes of this version, or half a removal. The plan never installs over `current`.
  await removeAll(target);
  await Deno.rename(staged, target);
  await syncDir(layout.versions);
}
