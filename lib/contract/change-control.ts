import { z } from "zod";
import { ChangeBlockedCode, ChangeRules, Freeze, Hold } from "./change-rules.ts";

/* Change control under /api/v1: what keeps machines from changing now, and why one does not. */

const timeMs = z.number().int().nonnegative();
const values = z.record(z.string(), z.union([z.string(), z.number()]));

/**
 * local: ordered at this deployment; no order that comes from another one lifts it. remote: ordered by
 * manage, at a master. master: at manage, what the people of a cluster's master ordered there and alone
 * can lift.
 */
export const FreezeOrigin = z.enum(["local", "remote", "master"]);
export type FreezeOrigin = z.infer<typeof FreezeOrigin>;

/** GET /api/v1/freezes → { freezes }: those that stand. */
export const FreezeView = Freeze.extend({
  id: z.number().int().positive(),
  sinceMs: timeMs,
  origin: FreezeOrigin,
  /** The same at manage and at the masters. */
  orderKey: z.string(),
  /** Clusters that it binds, but where it is not in force. */
  notAt: z
    .array(
      z.object({
        clusterId: z.string(),
        clusterName: z.string(),
        /** notTold: its master has yet to be reached. liftedThere: by the people of its master. */
        why: z.enum(["notTold", "liftedThere"]),
        /** By whom it was lifted there. */
        by: z.string(),
        /** notTold: since when the master does not answer; null: it answers. */
        unreachableSinceMs: timeMs.nullable(),
      }),
    )
    .default([]),
});
export type FreezeView = z.infer<typeof FreezeView>;
export const FreezeList = z.object({ freezes: z.array(FreezeView) });

/** POST /api/v1/freezes → 201 FreezeView; DELETE /api/v1/freezes/{id} → 204. */
export const CreateFreezeRequest = Freeze.extend({
  clusterId: Freeze.shape.clusterId.default(null),
  /** Absent: whoever orders it. */
  owner: Freeze.shape.owner.optional(),
  reason: z.string().min(1).max(500),
  untilMs: Freeze.shape.untilMs.default(null),
});
export type CreateFreezeRequest = z.infer<typeof CreateFreezeRequest>;

/** GET /api/v1/holds → { holds }: those that have not run out. */
export const HoldView = Hold.extend({ createdAtMs: timeMs });
export type HoldView = z.infer<typeof HoldView>;
export const HoldList = z.object({ holds: z.array(HoldView) });

/** POST /api/v1/holds → 201 HoldView; DELETE /api/v1/holds/{id} → 204. */
export const CreateHoldRequest = Hold.omit({ id: true }).extend({
  /** Absent: whoever orders it. */
  owner: Hold.shape.owner.optional(),
  reason: z.string().min(1).max(500),
});
export type CreateHoldRequest = z.infer<typeof CreateHoldRequest>;

/** GET /api/v1/clusters/{id}/change-policy. PUT takes ChangeRules, whole, and answers with this. */
export const ChangePolicyView = ChangeRules.extend({
  /** Freezes of this cluster and of all clusters that stand. */
  freezes: z.array(FreezeView),
});
export type ChangePolicyView = z.infer<typeof ChangePolicyView>;

/** Why a machine, or one of its agents, was told not to change when it last asked. */
export const LastRefusal = z.object({
  atMs: timeMs,
  /** null: not the whole machine. */
  machine: z.object({ code: ChangeBlockedCode, values }).nullable(),
  agents: z.array(z.object({ agentName: z.string(), code: ChangeBlockedCode, values })),
});
export type LastRefusal = z.infer<typeof LastRefusal>;
