import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb } from "./apply-verb.ts";

/**
 * Ends the release where it stands: nothing further opens, and what is open stays, so that machines
 * in open stages keep the version. To take that back too, roll back (also afterwards).
 */
export async function abortRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, remark = "" }: { releaseId: number; remark?: string },
): Promise<void> {
  await applyVerb(services, ctx, "abort", releaseId, async (change) => {
    change.setState("aborted");
    await change.event("aborted", { remark });
    await change.audit("release.aborted");
  });
}
