import type { AgentContext } from "../context.ts";
import { isNotFound, removeAll } from "../platform/durable-file.ts";
import { readInstalledDigests } from "./installed-digests.ts";

/** Removes versions that nothing needs, and the archives of versions that are no longer there. */
export async function cleanUp(
  ctx: AgentContext,
  name: string,
  versions: readonly string[],
): Promise<void> {
  const layout = ctx.layout.agent(name);
  for (const version of versions) {
    // First out of sight as a whole, so that a half-removed version is never taken for an installed one.
    const gone = `${ctx.layout.trash}/${name}-${version}.${crypto.randomUUID()}`;
    await Deno.rename(layout.version(version), gone);
    await removeAll(gone);
    ctx.log.info("version removed", { agent: name, version });
  }
  const kept = await readInstalledDigests(layout);
  try {
    for await (const entry of Deno.readDir(layout.cache)) {
      const digest = entry.name.slice(0, 64);
      if (!kept.has(digest)) await removeAll(`${layout.cache}/${entry.name}`);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
