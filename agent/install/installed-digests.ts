import type { AgentLayout } from "../layout.ts";
import { VersionOrigin } from "../plan/agent-record.ts";
import { readJson } from "../platform/durable-file.ts";

/** The digests of the archives whose versions are unpacked. */
export async function readInstalledDigests(layout: AgentLayout): Promise<Set<string>> {
  const digests = new Set<string>();
  for await (const entry of Deno.readDir(layout.versions)) {
    const origin = await readJson(`${layout.versions}/${entry.name}/origin.json`, VersionOrigin);
    if (origin !== null) digests.add(origin.sha256);
  }
  return digests;
}
