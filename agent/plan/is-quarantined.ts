import type { ActualAgent } from "./actual-agent.ts";

/** This machine has already rolled the version back, under this release or a newer one. */
export function isQuarantined(
  actual: Pick<ActualAgent, "record">,
  version: string,
  releaseId: number,
): boolean {
  return actual.record.quarantine.some(
    (one) => one.version === version && one.releaseId >= releaseId,
  );
}
