import type { ReleaseDetail, ReleaseVerb } from "@/lib/contract/console-views.ts";

/**
 * Stopping never asks. Going on asks when something stands against it, or when it opens everything;
 * what takes machines back, or leaves them as they are for good, always asks.
 */
export function needsDialog(
  verb: ReleaseVerb,
  release: Pick<ReleaseDetail, "waitingFor" | "counts">,
): boolean {
  if (verb === "pause" || verb === "start") return false;
  if (verb !== "continue") return true;
  const code = release.waitingFor?.code;
  return code === "gateFailed" || code === "inconclusive" || release.counts.failed > 0;
}
