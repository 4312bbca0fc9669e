import {
  cpSync,
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { platforms } from "../../lib/contract/platform.ts";
import { buildPackageArchive } from "../../lib/packages/build-package-archive.ts";
import { uploadPackage } from "../../lib/packages/upload-package.ts";
import type { RequestContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { repoRoot } from "../repo-root.ts";

const descriptions: Record<string, string> = {
  "log-agent": "Reads log files and sends them on.",
  "monitor-agent": "Measures machines and processes.",
  "control-agent": "Carries out orders on the machine.",
};

/** The sample agent under another name and version, for every platform: simulated machines only say that they run it. */
export async function uploadVersion(
  services: Services,
  ctx: RequestContext,
  { name, version }: { name: string; version: string },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-demo-"));
  try {
    cpSync(join(repoRoot, "samples/hello-agent"), folder, { recursive: true });
    const file = join(folder, "manifest.yaml");
    const manifest = { ...parse(readFileSync(file, "utf8")), name, version, platforms };
    delete manifest.budget;
    const description = descriptions[name] ?? "";
    writeFileSync(file, stringify({ ...manifest, description }));
    const { path } = await buildPackageArchive(folder, join(folder, "out"));
    await uploadPackage(services, ctx, { body: createReadStream(path) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
