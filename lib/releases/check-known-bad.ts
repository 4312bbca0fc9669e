import type { ReleasePlan } from "../contract/release-plan.ts";
import { bindingMark, type MarkedVersion, markSentence, markValues } from "../known-bad/marks.ts";
import { findMarks } from "../known-bad/standing-marks.ts";
import type { Database } from "../platform/database.ts";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";
import { refuseIssues } from "./check-plan.ts";
import type { ReleaseRecord } from "./engine/release-record.ts";

type Reader = Pick<Database, "select" | "selectDistinct">;

/**
 * Does a plan name a version that is known to be bad in one of its clusters? A preview shows such a
 * plan, since it does nothing; a release of it is not made.
 * @throws ProblemError invalid_request, with the place in the plan
 */
export async function refuseKnownBad(db: Reader, plan: ReleasePlan): Promise<void> {
  refuseIssues(await knownBadIssues(db, plan));
}

/** @throws ProblemError conflict: what a person wants to go on with is known to be bad where it has yet to come */
export async function refuseToGoOn(db: Reader, { plan, clusters }: ReleaseRecord): Promise<void> {
  const ahead = plan.clusters.filter(({ clusterId }) =>
    clusters.some((one) => one.clusterId === clusterId && !isDone(one.state)),
  );
  const [issue] = await knownBadIssues(db, { ...plan, clusters: ahead });
  if (issue)
    throw new ProblemError("conflict", `${issue.message}. Lift that mark first, or roll back.`, {
      issues: [issue],
    });
}

const isDone = (state: ReleaseRecord["clusters"][number]["state"]) =>
  state === "verified" || state === "rolledBack";

async function knownBadIssues(
  db: Reader,
  { agentName, version, clusters }: ReleasePlan,
): Promise<InputIssue[]> {
  if (version === null) return [];
  const marks = await findMarks(db, agentName, version);
  const everywhere = marks.find(({ clusterId }) => clusterId === null);
  if (everywhere) return [issueOf(everywhere, "version")];
  return clusters.flatMap(({ clusterId }, index) => {
    const mark = bindingMark(marks, clusterId);
    return mark ? [issueOf(mark, `clusters.${index}.clusterId`)] : [];
  });
}

function issueOf(mark: MarkedVersion, path: string): InputIssue {
  const { agentName, version, clusterId } = mark;
  return {
    ...{ path, message: markSentence(mark), code: "knownBad" },
    values: { agentName, version, ...markValues(mark), ...(clusterId ? { clusterId } : {}) },
  };
}
