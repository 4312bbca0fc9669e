import { z } from "zod";
import { MachineType } from "./machine-type.ts";
import { AgentName, AgentVersion, ClusterId, MachineId } from "./names.ts";

/** How a stage's machines are compared with those that the release has not reached. */
export const ControlGate = z.object({
  /**
   * off: budgets and failures decide alone. whenPossible: compared wherever enough machines of both
   * kinds are measured. required: a stage that cannot be compared pauses the release.
   */
  mode: z.enum(["off", "whenPossible", "required"]).default("whenPossible"),
  /** So many times the control group's median of CPU or memory is too much. */
  ratioMax: z.number().min(1.01).max(100).default(1.25),
});
export type ControlGate = z.infer<typeof ControlGate>;

/**
 * What must hold before the next stage opens. Shares are 0 … 1 of the stage's reachable machines.
 * Failed are also machines that went silent after the change, that put the former version back, and
 * that exceed the version's declared budget. Failures must stay within both the count and the share.
 */
export const Gate = z.object({
  /** The least time that the stage is watched after it has converged. */
  soakSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(0),
  convergedShareMin: z.number().min(0).max(1).default(1),
  failuresMax: z.number().int().min(0).max(1_000_000).default(0),
  failureShareMax: z.number().min(0).max(1).default(0),
  /** A stage that has not met its gate by then has failed it. */
  deadlineSeconds: z
    .number()
    .int()
    .min(10)
    .max(90 * 86_400)
    .default(86_400),
  /** true: a person opens the next stage, also when everything holds. */
  manual: z.boolean().default(false),
  /** Changed machines whose agent has exited by itself since. Absent: 0.05. */
  restartedShareMax: z.number().min(0).max(1).optional(),
  /** Absent: whenPossible, 1.25. */
  control: ControlGate.optional(),
});
export type Gate = z.infer<typeof Gate>;

/**
 * Machines by what they are, instead of by name. The server resolves it once, when the release is
 * previewed, and fills `machineIds` with what it found.
 */
export const GraySelection = z
  .object({
    /** All of these labels, with these values. Absent: every machine of the plan's types. */
    labels: z.record(z.string().max(63), z.string().max(255)).optional(),
    /** So many per cent of them, rounded up … */
    percent: z.number().positive().max(100).optional(),
    /** … and at most so many. */
    machinesMax: z.number().int().min(1).max(5000).optional(),
  })
  .refine((by) => by.labels ?? by.percent ?? by.machinesMax, "labels, per cent or a number");
export type GraySelection = z.infer<typeof GraySelection>;

/** The stages of a release in one cluster. Batches are shares of the ring; `full` is everything of the type. */
export const Stage = z.discriminatedUnion("kind", [
  z
    .object({
      kind: z.literal("gray"),
      machineIds: z.array(MachineId).max(5000).default([]),
      select: GraySelection.optional(),
      gate: Gate,
    })
    .refine((stage) => stage.machineIds.length > 0 || stage.select, {
      path: ["machineIds"],
      message: "machines, or how to select them",
    }),
  z.object({
    kind: z.literal("batch"),
    /** Cumulative: after this stage so many per cent of the ring are open. */
    upToPercent: z.number().int().min(1).max(99),
    gate: Gate,
  }),
  z.object({ kind: z.literal("full"), gate: Gate }),
]);
export type Stage = z.infer<typeof Stage>;

export const ClusterPlan = z.object({
  clusterId: ClusterId,
  stages: z
    .array(Stage)
    .min(1)
    .max(50)
    .refine((stages) => stagesAreInOrder(stages), "gray first, then growing batches, then full"),
  /** Who says that the cluster is well before the next cluster begins. */
  verification: z.enum(["person", "automatic"]).default("person"),
});
export type ClusterPlan = z.infer<typeof ClusterPlan>;

export const ReleasePlan = z.object({
  agentName: AgentName,
  /** null: the agent is to be removed. */
  version: AgentVersion.nullable(),
  machineTypes: z.array(MachineType).min(1).max(4),
  /** In this order, one after the other. */
  clusters: z.array(ClusterPlan).min(1).max(100),
  onGateFailure: z.enum(["pause", "rollBack"]).default("pause"),
  /** sticky: the same machines are always first. perRelease: the ring is salted by the release. */
  order: z.enum(["sticky", "perRelease"]).default("sticky"),
  note: z.string().max(500).default(""),
});
export type ReleasePlan = z.infer<typeof ReleasePlan>;

const rank = { gray: 0, batch: 1, full: 2 } as const;

function stagesAreInOrder(stages: readonly z.infer<typeof Stage>[]): boolean {
  return stages.every((stage, index) => {
    const before = stages[index - 1];
    if (!before) return true;
    if (before.kind === "batch" && stage.kind === "batch") {
      return stage.upToPercent > before.upToPercent;
    }
    return rank[before.kind] < rank[stage.kind];
  });
}
