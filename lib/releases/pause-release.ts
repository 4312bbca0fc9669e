import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";

/** Nothing further opens. What is open stays as it is, and machines that changed keep what they have. */
export async function pauseRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, remark = "" }: { releaseId: number; remark?: string },
): Promise<void> {
  await applyVerb(services, ctx, "pause", releaseId, async (change) => {
    change.setState("paused", { code: "paused", values: { actor: ctx.actor.name } });
    await change.event("paused", { remark });
    await change.audit("release.paused");
  });
}
