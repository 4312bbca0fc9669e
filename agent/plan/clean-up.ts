import type { DesiredAgent } from "@contract/desired-state.ts";
import type { ActualAgent } from "./actual-agent.ts";
import type { Step } from "./step.ts";

/** Current, previous and the wanted version stay (so nothing goes while what is wanted is not known); so does whatever a process still runs from. */
export function cleanUp(
  { name, current, installed, record, run, alive }: ActualAgent,
  desired: DesiredAgent,
): Step | null {
  const kept = new Set([
    current?.version,
    record.previous,
    desired.want === "present" ? desired.version : null,
    alive ? run?.version : null,
  ]);
  const versions = installed.map((one) => one.version).filter((version) => !kept.has(version));
  return versions.length > 0 ? { kind: "cleanUp", name, versions } : null;
}
