import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";

/** draft → running: opens the first stage of the first cluster. */
export async function startRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId }: { releaseId: number },
): Promise<void> {
  await applyVerb(services, ctx, "start", releaseId, async (change) => {
    change.setState("running");
    await change.event("started");
    await change.openStages(change.release.clusters[0]!, 0);
    await change.audit("release.started");
  });
}
