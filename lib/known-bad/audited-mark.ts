import type { knownBad } from "../../drizzle/schema/known-bad.ts";

type Marked = Pick<typeof knownBad.$inferInsert, "agentName" | "reason" | "cause" | "markedBy"> &
  Partial<Pick<typeof knownBad.$inferInsert, "clusterId" | "version" | "sha256" | "releaseId">>;

/** A mark as the audit log tells of it. */
export function auditedMark({ agentName, version, sha256, clusterId, ...mark }: Marked) {
  const { reason, cause, releaseId = null, markedBy } = mark;
  return {
    subject: {
      ...{ subjectKind: "agent", subjectId: agentName },
      ...(clusterId ? { clusterId } : {}),
    },
    values: {
      ...{ agentName, version: version ?? sha256?.slice(0, 12) ?? "", sha256: sha256 ?? "" },
      ...{ scope: clusterId ?? "all", reason, cause, releaseId, markedBy },
    },
  };
}
