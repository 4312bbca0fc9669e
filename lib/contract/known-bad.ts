import { z } from "zod";
import { AgentName, AgentVersion, ClusterId, Sha256 } from "./names.ts";

/*
 * Versions that no machine is to be changed to, whatever asks for them: a release, a fall-back, or a
 * machine that comes anew. Machines that run one already are left alone.
 */

const timeMs = z.number().int().nonnegative();

const target = {
  agentName: AgentName,
  /** Either this version, on every platform … */
  version: AgentVersion.nullable().default(null),
  /** … or every version that has this archive. It need not have been uploaded yet. */
  sha256: Sha256.nullable().default(null),
  /** null: in all clusters. */
  clusterId: ClusterId.nullable().default(null),
};

export const KnownBad = z.object({
  ...target,
  reason: z.string().max(500),
  markedBy: z.string().max(120),
  markedAtMs: timeMs,
  /** gate: a release of it did not hold its gate. */
  cause: z.enum(["person", "gate"]),
  /** With cause gate: which one. */
  releaseId: z.number().int().positive().nullable(),
});
export type KnownBad = z.infer<typeof KnownBad>;

/** GET /api/v1/known-bad?agent&lifted → { marks }, newest first; lifted=true: those that were lifted, too. */
export const KnownBadView = KnownBad.extend({
  id: z.number().int().positive(),
  /** With sha256: the versions that have that archive. */
  versions: z.array(z.string()),
  /** null: it stands. */
  liftedAtMs: timeMs.nullable(),
  liftedBy: z.string(),
  liftedRemark: z.string(),
  /** Clusters whose masters have yet to be told of it. */
  notAt: z.array(z.object({ clusterId: z.string(), clusterName: z.string() })).default([]),
});
export type KnownBadView = z.infer<typeof KnownBadView>;
export const KnownBadList = z.object({ marks: z.array(KnownBadView) });
export const KnownBadQuery = z.object({
  agent: AgentName.optional(),
  lifted: z.enum(["true", "false"]).default("false"),
});

/** POST /api/v1/known-bad → 201 KnownBadView */
export const MarkKnownBadRequest = z
  .object({ ...target, reason: z.string().trim().min(1).max(500) })
  .refine((by) => (by.version === null) !== (by.sha256 === null), {
    path: ["version"],
    message: "a version, or the digest of an archive",
  });
export type MarkKnownBadRequest = z.infer<typeof MarkKnownBadRequest>;

/** DELETE /api/v1/known-bad/{id}?remark → 204: it may be released again. */
export const LiftKnownBadQuery = z.object({ remark: z.string().trim().max(500).default("") });
