import { ArchiveUse } from "../contract/master-api.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { askMasters } from "./ask-masters.ts";

/**
 * Machines of remote clusters may need what nothing here needs. While a master does not answer, nobody
 * knows. @throws ProblemError conflict, unavailable
 */
export async function refuseNeededElsewhere(services: Services, sha256: string): Promise<void> {
  const { answers, unanswered } = await askMasters(services, undefined, {
    ...{ method: "GET", path: `packages/${sha256}`, answer: ArchiveUse },
  });
  for (const { clusterId, value } of answers)
    if (value?.neededBy)
      throw new ProblemError("conflict", `In cluster ${clusterId}, ${value.neededBy}.`);
  if (unanswered.length === 0) return;
  const names = unanswered.map(({ clusterId }) => clusterId).join(", ");
  throw new ProblemError(
    "unavailable",
    `The master of ${names} does not answer, so nobody knows whether machines there need this package.`,
    { retryAfterSeconds: 30 },
  );
}
