import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { packages } from "../../drizzle/schema/packages.ts";
import { type Platform, platforms } from "../../lib/contract/platform.ts";
import { readPackageArchive } from "../../lib/packages/read-package-archive.ts";
import { uploadPackage } from "../../lib/packages/upload-package.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import { createTestServices } from "../../lib/testing/test-services.ts";
import { sha256Of } from "./archive-index.ts";
import { builtArchives } from "./testing/built-archives.ts";
import { executableFormat } from "./testing/executable-format.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function unpack(platform: Platform): string {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-unpacked-"));
  folders.push(folder);
  execFileSync("tar", ["-xzf", builtArchives().file(platform), "-C", folder]);
  return join(folder, "files");
}

const formats: Record<Platform, string> = {
  "linux-x64": "ELF x86-64",
  "linux-arm64": "ELF arm64",
  "darwin-x64": "Mach-O x86-64",
  "darwin-arm64": "Mach-O arm64",
  "windows-x64": "PE x86-64",
  "windows-arm64": "PE arm64",
};

const scripts: Record<string, string[]> = {
  linux: ["ifrit-agent", "ifrit-entrypoint", "ifrit-guard"],
  darwin: ["ifrit-agent", "ifrit-guard"],
  windows: ["ifrit-agent.cmd", "ifrit-agent.ps1", "ifrit-guard.ps1"],
};

describe.each(platforms)("the archive for %s", (platform) => {
  const os = platform.split("-")[0]!;

  test("is a package of ifrit-agent, with the runtime of that very platform and its scripts", async () => {
    const manifest = await readPackageArchive(createReadStream(builtArchives().file(platform)));
    expect([manifest.name, manifest.platforms]).toEqual(["ifrit-agent", [platform]]);
    const paths = manifest.files.map((file) => file.path);
    const runtime = os === "windows" ? "deno.exe" : "deno";
    const expected = [runtime, "ifrit-agent.js", "licenses/deno.txt", ...scripts[os]!];
    expect(paths).toEqual(expected.sort());
    const folder = unpack(platform);
    expect(executableFormat(readFileSync(join(folder, runtime)))).toBe(formats[platform]);
    const bundle = readFileSync(join(folder, "ifrit-agent.js"), "utf8");
    // Neither the place where it was built nor a name of this machine may be in it.
    expect(bundle).not.toContain(process.cwd());
    for (const script of scripts[os]!)
      expect(readFileSync(join(folder, script), "utf8").length).toBeGreaterThan(50);
  });
});

test("every archive can be uploaded, so that a release of ifrit-agent upgrades each kind of machine", async () => {
  const services = await createTestServices();
  const ctx = systemContext("test", "test");
  for (const { platform, sha256 } of builtArchives().index.archives) {
    const body = createReadStream(builtArchives().file(platform));
    await uploadPackage(services, ctx, { body, expectedSha256: sha256 });
  }
  const rows = await services.db.select().from(packages);
  expect(rows.map((row) => row.platform).sort()).toEqual([...platforms].sort());
  expect(new Set(rows.map((row) => row.version)).size).toBe(1);
});

test("SHA256SUMS and the installers name exactly the bytes that lie there", () => {
  const { folder, index } = builtArchives();
  const checked = execFileSync("sha256sum", ["--strict", "-c", "SHA256SUMS"], { cwd: folder });
  expect(checked.toString().trim().split("\n")).toHaveLength(platforms.length + 2);
  for (const { name, sha256 } of index.installers) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(sha256Of(text)).toBe(sha256);
    for (const archive of index.archives)
      expect(text).toContain(`${archive.platform} ${archive.version} ${archive.sha256}`);
  }
});
