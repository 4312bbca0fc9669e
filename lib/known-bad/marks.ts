/** A version of which somebody, or a release's gate, says that no machine is to be changed to it. */
export type MarkedVersion = {
  id: number;
  agentName: string;
  version: string;
  /** null: in all clusters. */
  clusterId: string | null;
  /** With cause gate: a code of GateFailureReason. */
  reason: string;
  cause: "person" | "gate";
  releaseId: number | null;
  markedBy: string;
  markedAtMs: number;
};

export const versionKey = (agentName: string, version: string) => `${agentName} ${version}`;

export function groupMarks(marks: readonly MarkedVersion[]): Map<string, MarkedVersion[]> {
  const byVersion = new Map<string, MarkedVersion[]>();
  for (const mark of marks) {
    const key = versionKey(mark.agentName, mark.version);
    byVersion.set(key, [...(byVersion.get(key) ?? []), mark]);
  }
  return byVersion;
}

/** The oldest that binds the cluster: the one that people know. */
export function bindingMark(
  marks: readonly MarkedVersion[],
  clusterId: string,
): MarkedVersion | null {
  const binding = marks.filter((mark) => mark.clusterId === null || mark.clusterId === clusterId);
  return binding.sort((a, b) => a.markedAtMs - b.markedAtMs || a.id - b.id)[0] ?? null;
}

/** What its sentences are filled with. */
export function markValues(mark: MarkedVersion): Record<string, string | number> {
  const { version, markedBy: by, reason, markedAtMs: sinceMs, cause, releaseId } = mark;
  return {
    ...{ badVersion: version, by, reason, sinceMs },
    ...(cause === "gate" && releaseId !== null ? { gateReleaseId: releaseId } : {}),
  };
}

/** For problems, which are in English. */
export function markSentence({ agentName, version, clusterId, ...mark }: MarkedVersion): string {
  const where = clusterId === null ? "" : ` in ${clusterId}`;
  const why =
    mark.cause === "gate"
      ? `release ${mark.releaseId} did not hold its gate: ${mark.reason}`
      : `${mark.markedBy}: ${mark.reason}`;
  return `${agentName} ${version} is known to be bad${where} (${why})`;
}
