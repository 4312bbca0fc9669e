import { PackageManifest } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentLayout } from "../layout.ts";
import { readJson } from "../platform/durable-file.ts";

export async function readManifest(layout: AgentLayout, version: string): Promise<PackageManifest> {
  const manifest = await readJson(`${layout.version(version)}/manifest.json`, PackageManifest);
  if (manifest === null)
    throw new ChangeError("io_error", `the manifest of version ${version} cannot be read`);
  return manifest;
}
