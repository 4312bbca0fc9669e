import type { ReleasePlan } from "../contract/release-plan.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { previewDrift } from "./preview-drift.ts";
import { planDigest, readPreviewId } from "./preview-id.ts";
import { previewResolved } from "./preview-release.ts";

/**
 * Is the plan the one that was previewed, and the fleet much as it was? `plan`: what was asked for, with
 * the gray machines that the release is going to name.
 * @throws ProblemError conflict, saying what changed
 */
export async function refuseDrift(
  services: Services,
  { asked, plan }: { asked: ReleasePlan; plan: ReleasePlan },
  previewId: string,
): Promise<void> {
  const shown = readPreviewId(previewId);
  if (shown.plan !== planDigest(asked))
    throw new ProblemError(
      "conflict",
      "The plan is not the one that was previewed. Preview it again.",
    );
  const now = readPreviewId((await previewResolved(services, asked, plan)).previewId);
  const issues = previewDrift(shown, now);
  if (issues[0])
    throw new ProblemError(
      "conflict",
      `The fleet changed since the preview. ${issues[0].message}. Preview it again.`,
      { issues },
    );
}
