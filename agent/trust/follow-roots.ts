import type { Trust } from "./trust.ts";

/**
 * Follows the root documents that came after the one that is trusted, as far as they can be believed.
 * `newest` is what an answer said, which nobody signed: at worst it costs one question.
 */
export async function followRoots(
  trust: Trust,
  newest: number,
  fetchRoots: (after: number) => Promise<string[]>,
): Promise<void> {
  for (;;) {
    const version = trust.root?.document.version;
    if (version === undefined) return;
    if (version >= newest) return trust.rootIsNewest();
    const texts = await fetchRoots(version);
    if (texts.length === 0 || (await trust.takeRoots(texts)) < texts.length) return;
  }
}
