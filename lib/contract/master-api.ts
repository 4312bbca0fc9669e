import { z } from "zod";
import { FailureReason } from "./agent-state.ts";
import { ClusterComposition } from "./cluster-views.ts";
import { AgentSummary, FailureGroup, MachineCounts, Overview } from "./console-views.ts";
import { MachineType } from "./machine-type.ts";
import { MasterControl } from "./master-control.ts";
import { AgentName, AgentVersion, ClusterId, MachineId, Sha256 } from "./names.ts";
import { Platform } from "./platform.ts";
import { ClusterPlan, GraySelection, ReleasePlan } from "./release-plan.ts";
import { ClusterReleaseState, ReleaseState } from "./release-state.ts";
import { ClusterTrustView } from "./trust-views.ts";

/*
 * /api/master/v1: what a manage asks of the master of a remote cluster. Every path names the cluster,
 * and the bearer secret is good for that cluster only. Times are milliseconds by the clock of the side
 * that sends them; both sides send their own `nowMs`, and the reader shifts by the difference.
 */

export const masterPrefix = "/api/master/v1/";
/** Raised when manage and master of different numbers no longer understand each other. */
export const masterApiNumber = 1;
/** Who decided, on the manage side: "user vera". Stands in the master's audit log. */
export const masterActorHeader = "ifrit-actor";
export const masterRequestIdHeader = "x-request-id";

const count = z.number().int().nonnegative();
const timeMs = z.number().int().nonnegative();
const revision = z.number().int().nonnegative();
const values = z.record(z.string().max(60), z.union([z.string().max(500), z.number()]));
const Reason = z.object({ code: z.string().max(60), values });

/** GET clusters/{id}/status */
export const MasterStatus = z.object({
  clusterId: ClusterId,
  nowMs: timeMs,
  machines: MachineCounts,
  desiredState: z.object({ generation: count, builtAtMs: timeMs, behind: z.boolean() }),
  /** Archives that are whole on its disk. */
  packages: z.array(Sha256).max(20_000),
  /** Digest of MasterSignatures; absent: it signs nothing, so its machines ask for no signatures. */
  signaturesDigest: Sha256.optional(),
  /** Digest of AppliedOrders: is what was ordered still known there? */
  ordersDigest: Sha256,
  control: MasterControl,
  api: z.number().int(),
  /** Of ifrit. */
  version: z.string().max(60),
  /** What the credential by which it was asked may do. */
  scope: z.enum(["orders", "read"]),
});
export type MasterStatus = z.infer<typeof MasterStatus>;

/** GET clusters/{id}/fleet: what its machines run, counted. */
export const MasterFleet = ClusterComposition.extend({
  nowMs: timeMs,
  agents: z
    .array(AgentSummary.pick({ name: true, distribution: true, unhealthy: true }))
    .max(1_000),
  attention: Overview.shape.attention.max(20),
  /** Absent: a master of before signatures. */
  trust: ClusterTrustView.optional(),
});
export type MasterFleet = z.infer<typeof MasterFleet>;

/** GET clusters/{id}/orders, by release id. */
export const AppliedOrders = z.object({
  orders: z.array(z.object({ releaseId: count, revision })).max(200_000),
});
export type AppliedOrders = z.infer<typeof AppliedOrders>;

/** A release as far as one cluster is concerned: what is open there, and what it says. */
export const MasterRelease = z.object({
  id: z.number().int().positive(),
  plan: ReleasePlan,
  state: ReleaseState,
  stateReason: Reason.nullable(),
  /** Orders entries among releases; no time of day is read from it. */
  timestampMs: timeMs,
  note: z.string().max(500),
  createdBy: z.string().max(120),
  createdAtMs: timeMs,
  finishedAtMs: timeMs.nullable(),
  cluster: z.object({
    clusterId: ClusterId,
    state: ClusterReleaseState,
    stageIndex: z.number().int().min(-1).max(49),
    stageOpenedAtMs: z.array(timeMs).max(50),
    convergedAtMs: timeMs.nullable(),
    verifiedBy: z.string().max(120).nullable(),
  }),
});
export type MasterRelease = z.infer<typeof MasterRelease>;

const PackageNamed = z.object({ platform: Platform, sha256: Sha256 });

/** PUT clusters/{id}/releases/{releaseId}: carried out whole or not at all; older ones are refused. */
export const MasterOrder = z.object({
  revision,
  release: MasterRelease,
  /** What the version's machines will ask for. Without the bytes the order is refused. */
  packages: z.array(PackageNamed).max(20),
});
export type MasterOrder = z.infer<typeof MasterOrder>;

/** changed false: it was known already. */
export const MasterOrderAnswer = z.object({ appliedRevision: revision, changed: z.boolean() });
export type MasterOrderAnswer = z.infer<typeof MasterOrderAnswer>;

/** POST clusters/{id}/facts */
export const MasterFactsRequest = z.object({ nowMs: timeMs, release: MasterRelease });
export type MasterFactsRequest = z.infer<typeof MasterFactsRequest>;

const StageFacts = z.object({
  ...{ targeted: count, notEligible: count, offline: count, held: count, pending: count },
  ...{ downloading: count, switching: count, watching: count, healthy: count },
  failed: z.partialRecord(FailureReason, count),
  ...{ rolledBackOnMachine: count, goneDark: count, overBudget: count, restarted: count },
});
const Samples = z.array(z.tuple([z.number(), count])).max(20_000);
const GroupSamples = z.object({
  machines: count,
  cpuPercent: Samples,
  rssBytes: Samples,
  restartedMachines: count.nullable(),
});

export const MasterFacts = z.object({
  factsAtMs: timeMs,
  returnUntilMs: timeMs.optional(),
  machines: count,
  stages: z.array(StageFacts).max(50),
  /** Absent: of a master that does not tell. */
  silence: z
    .object({
      goneDarkLately: z.array(count).max(50),
      others: z.object({ machines: count, silent: count }),
    })
    .optional(),
  comparison: z
    .object({
      basis: z.enum(["level", "ratioToOwnBefore"]),
      strata: z
        .array(
          z.object({ machineType: MachineType, treatment: GroupSamples, control: GroupSamples }),
        )
        .max(4),
    })
    .nullable(),
  frozen: Reason.nullable(),
  freezeEndedAtMs: timeMs.nullable(),
  masterStageIndex: z.number().int().min(-1).max(49),
});
export type MasterFacts = z.infer<typeof MasterFacts>;

export const MasterFactsAnswer = z.object({
  nowMs: timeMs,
  /** null: no order of this release was carried out here. */
  appliedRevision: revision.nullable(),
  facts: MasterFacts,
  failures: z.array(FailureGroup).max(100),
});
export type MasterFactsAnswer = z.infer<typeof MasterFactsAnswer>;

/** POST clusters/{id}/preview: a plan without its other clusters. */
export const MasterPreviewRequest = z.object({ plan: ReleasePlan, cluster: ClusterPlan });
export type MasterPreviewRequest = z.infer<typeof MasterPreviewRequest>;

/** POST clusters/{id}/gray */
export const MasterGrayRequest = z.object({
  machineTypes: z.array(MachineType).min(1).max(4),
  select: GraySelection,
  ringSalt: z.string().max(40),
});
export type MasterGrayRequest = z.infer<typeof MasterGrayRequest>;
export const MasterGrayAnswer = z.object({ machineIds: z.array(MachineId).max(5000) });

/** POST clusters/{id}/machines/find */
export const MasterFindRequest = z.object({ machineIds: z.array(MachineId).max(5000) });
export const MasterFindAnswer = z.object({
  machines: z
    .array(
      z.object({
        id: MachineId,
        clusterId: ClusterId,
        type: MachineType,
        status: z.enum(["pending", "accepted", "parked", "revoked"]),
        hostname: z.string(),
      }),
    )
    .max(5000),
});

/** GET clusters/{id}/machines; the answer is a MachineList whose cursor is a machine's id. */
export const MasterMachinesQuery = z.object({
  q: z.string().max(2_000).optional(),
  type: MachineType.optional(),
  status: z.enum(["pending", "accepted", "parked", "revoked"]).optional(),
  agent: AgentName.optional(),
  version: z.union([AgentVersion, z.literal("none")]).optional(),
  phase: z.string().max(30).optional(),
  connectivity: z.enum(["online", "offline", "pending"]).optional(),
  afterId: MachineId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type MasterMachinesQuery = z.infer<typeof MasterMachinesQuery>;

/** GET clusters/{id}/packages/{sha256}: is the archive here, and does anything still need it? */
export const ArchiveUse = z.object({
  present: z.boolean(),
  /** Why it is not to be deleted; null: nothing needs it. */
  neededBy: z.string().max(500).nullable(),
});
export type ArchiveUse = z.infer<typeof ArchiveUse>;
/** GET clusters/{id}/signatures: which signature each archive has there. */
export const MasterSignatures = z.object({
  signatures: z.array(z.object({ sha256: Sha256, envelopeSha256: Sha256 })).max(20_000),
});
export type MasterSignatures = z.infer<typeof MasterSignatures>;
/** PUT clusters/{id}/packages/{sha256}/signature: refused (signature_refused) if its machines would. */
export const MasterSignatureOrder = z.object({ envelope: z.string().min(2).max(60_000) });
/** DELETE clusters/{id}/packages/{sha256}: refused (conflict) while anything needs it. */
export const MasterDeleted = z.object({ deleted: z.boolean() });

/** DELETE clusters/{id}/credentials/{credentialId}?graceSeconds: not its own. */
export const RevokeQuery = z.object({
  graceSeconds: z.coerce.number().int().min(0).max(3_600).default(0),
});
export const MasterRevoked = z.object({ revoked: z.boolean() });
