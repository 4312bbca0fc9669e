import { toChangeError } from "../change-error.ts";
import type { AgentLayout } from "../layout.ts";
import { type Failure, readRecord, updateRecord } from "../plan/agent-record.ts";
import type { Step } from "../plan/step.ts";

export function failureOf(step: Step, error: unknown, currentVersion: string | null): Failure {
  const { reason, message } = toChangeError(error);
  const version = "version" in step ? step.version : "to" in step ? step.to : currentVersion;
  return { reason, message, version };
}

/** An archive that breaks the rules will break them tomorrow too: its version is not tried again for this release. */
export async function recordFailure(
  layout: AgentLayout,
  step: Step,
  failure: Failure,
): Promise<void> {
  const { quarantine } = await readRecord(layout);
  if (step.kind !== "install" || failure.reason !== "archive_invalid") {
    await updateRecord(layout, { failure });
    return;
  }
  const { version, releaseId } = step;
  const others = quarantine.filter((one) => one.version !== version);
  await updateRecord(layout, {
    failure,
    quarantine: [...others, { version, releaseId, failure }],
  });
}
