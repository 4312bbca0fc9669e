import type { AgentLayout } from "../layout.ts";
import { ignoreNotFound, isNotFound, syncDir } from "../platform/durable-file.ts";
import { makeLink } from "../platform/make-link.ts";

/** The version that `current` names; null when there is no such link. */
export async function readCurrent(layout: AgentLayout): Promise<string | null> {
  try {
    const target = await Deno.readLink(layout.current);
    return /^versions\/([^/]+)$/.exec(target)?.[1] ?? null;
  } catch (error) {
    // EINVAL: something that is not a link stands in its place.
    if (isNotFound(error) || (error as { code?: string }).code === "EINVAL") return null;
    throw error;
  }
}

/** Points `current` to the version in one atomic step: there is no moment without a link. */
export async function flipCurrent(layout: AgentLayout, version: string): Promise<void> {
  await Deno.lstat(`${layout.version(version)}/manifest.json`);
  const temporary = `${layout.current}.new`;
  await Deno.remove(temporary).catch(ignoreNotFound);
  await makeLink(`versions/${version}`, temporary);
  await Deno.rename(temporary, layout.current);
  await syncDir(layout.dir);
}

export async function removeCurrent(layout: AgentLayout): Promise<void> {
  await Deno.remove(layout.current).catch(ignoreNotFound);
  await syncDir(layout.dir);
}
