import { z } from "zod";
import type { ReleasePlan } from "../contract/release-plan.ts";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { planDigest, previewRelease } from "./preview-release.ts";

const Shown = z.object({ plan: z.string(), shown: z.array(z.array(z.number().int())) });

/** A stage may meanwhile reach so many more machines than were shown; fewer never hurt. */
const driftShareMax = 0.1;
const driftMachinesMin = 5;

/**
 * Is the plan the one that was previewed, and the fleet much as it was?
 * @throws ProblemError conflict, saying what changed
 */
export async function refuseDrift(
  services: Services,
  plan: ReleasePlan,
  previewId: string,
): Promise<void> {
  const { plan: digest, shown } = readPreviewId(previewId);
  if (digest !== planDigest(plan))
    throw new ProblemError(
      "conflict",
      "The plan is not the one that was previewed. Preview it again.",
    );
  const { clusters } = await previewRelease(services, plan);
  const issues = clusters.flatMap(({ clusterId, stages }, clusterIndex) =>
    stages.flatMap((stage, index): InputIssue[] => {
      const before = shown[clusterIndex]?.[index] ?? 0;
      const now = stage.change + stage.offline;
      if (now <= before + Math.max(driftMachinesMin, before * driftShareMax)) return [];
      const path = `clusters.${clusterIndex}.stages.${index}`;
      return [
        { path, message: `${clusterId}: ${now} machines would change, ${before} were shown` },
      ];
    }),
  );
  if (issues[0])
    throw new ProblemError(
      "conflict",
      `The fleet changed since the preview. ${issues[0].message}. Preview it again.`,
      { issues },
    );
}

function readPreviewId(previewId: string): z.infer<typeof Shown> {
  try {
    return Shown.parse(JSON.parse(Buffer.from(previewId, "base64url").toString("utf8")));
  } catch (cause) {
    throw new ProblemError("invalid_request", "This is not the id of a preview.", { cause });
  }
}
