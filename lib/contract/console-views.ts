import { z } from "zod";
import { AgentState } from "./agent-state.ts";
import { ApprovalReason } from "./approval-views.ts";
import { LastRefusal } from "./change-control.ts";
import { ClusterComposition, MasterUrl, MasterView, Unanswered } from "./cluster-views.ts";
import { DesiredAgent } from "./desired-state.ts";
import { MachineFacts } from "./machine-facts.ts";
import { MachineType } from "./machine-type.ts";
import { StatusReason } from "./machine-views.ts";
import { ClusterId } from "./names.ts";
import { PackageManifest } from "./package-manifest.ts";
import { Platform } from "./platform.ts";
import { ReleasePlan } from "./release-plan.ts";
import { ClusterReleaseState, ReleaseState } from "./release-state.ts";
import { TrustReport } from "./report.ts";
import { PackageSignatureView } from "./trust-views.ts";

/*
 * The answers of /api/v1, which console, CLI and scripts read. Times are milliseconds since the
 * epoch by the server's clock. Lists are paged by an opaque cursor; null: no more.
 */

const count = z.number().int().nonnegative();
const timeMs = z.number().int().nonnegative();

/** GET /api/v1/me */
export const Me = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.enum(["viewer", "operator", "approver", "administrator"]),
  /** May write anything at all; the server checks each write again. */
  mayWrite: z.boolean(),
  /** What may be written somewhere: packages.write, releases.write, releases.approve … */
  permissions: z.array(z.string()).default([]),
  /** Where: by cluster and agent, each a name, a beginning and "*", or "*". Administrators need none. */
  grants: z
    .array(
      z.object({
        permissions: z.array(z.string()),
        clusters: z.array(z.string()),
        agents: z.array(z.string()),
      }),
    )
    .default([]),
  /** Why the configuration file as it is now is not in force. For a banner; null: it is. */
  configProblem: z.string().nullable().default(null),
});
export type Me = z.infer<typeof Me>;

/** POST /api/v1/me/password → 204. It ends all of the user's sessions, this one too. */
export const ChangePasswordRequest = z.object({
  currentPassword: z.string().max(200),
  newPassword: z.string().max(200),
});

/** Machine connectivity: online = seen within three polls. */
export const MachineCounts = z.object({
  total: count,
  online: count,
  offline: count,
  pending: count,
});
export type MachineCounts = z.infer<typeof MachineCounts>;

/** GET /api/v1/clusters → { clusters } */
export const ClusterView = z.object({
  id: z.string(),
  name: z.string(),
  masterUrl: z.string().nullable(),
  machines: MachineCounts,
  /** The desired state that masters serve: behind = a change waits for the next rebuild. */
  desiredState: z.object({ generation: count, builtAtMs: timeMs, behind: z.boolean() }),
  /** Absent: this deployment is its master. What is said above is what a remote one said last. */
  master: MasterView.optional(),
});
export type ClusterView = z.infer<typeof ClusterView>;
export const ClusterDetail = ClusterView.extend({ composition: ClusterComposition });
export type ClusterDetail = z.infer<typeof ClusterDetail>;
export const ClusterList = z.object({ clusters: z.array(ClusterView) });

/** POST /api/v1/clusters → 201 ClusterView */
export const CreateClusterRequest = z.object({
  id: ClusterId,
  name: z.string().min(1).max(120),
  /** null: this deployment is its master. Otherwise one with IFRIT_ROLE=master, which must answer now. */
  masterUrl: MasterUrl.nullable().default(null),
  /** For a remote master: what `npm run master -- credential create` printed there. */
  credential: z.string().min(20).max(200).optional(),
});
export type CreateClusterRequest = z.input<typeof CreateClusterRequest>;

/** GET /api/v1/machines?cluster&q&type&agent&version&phase&connectivity&cursor&limit */
export const MachineSummary = z.object({
  id: z.string(),
  clusterId: z.string(),
  hostname: z.string(),
  type: MachineType,
  platform: Platform,
  address: z.string().nullable(),
  status: z.enum(["pending", "accepted", "parked", "revoked"]),
  /** Why it has this status; null: it was accepted when it enrolled. */
  statusReason: StatusReason.nullable().default(null),
  online: z.boolean(),
  lastSeenAtMs: timeMs,
  ifritAgentVersion: z.string(),
  agents: z.array(AgentState.pick({ name: true, phase: true, version: true, targetVersion: true })),
});
export type MachineSummary = z.infer<typeof MachineSummary>;
export const MachineList = z.object({
  machines: z.array(MachineSummary),
  nextCursor: z.string().nullable(),
  total: count,
  /** Clusters whose machines are missing here, and not counted. */
  unanswered: z.array(Unanswered).optional(),
});
export type MachineList = z.infer<typeof MachineList>;

/** A sentence's key and values: the reader's language is filled in by the console. */
export const WaitingFor = z.object({
  code: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type WaitingFor = z.infer<typeof WaitingFor>;

/** GET /api/v1/machines/{id}: per agent what should be, what is, and why. */
export const MachineAgentView = z.object({
  name: z.string(),
  desired: DesiredAgent.nullable(),
  actual: AgentState.nullable(),
  reportedAtMs: timeMs.nullable(),
  changedAtMs: timeMs.nullable(),
  inSync: z.boolean(),
  /**
   * Why it runs what it runs, or does not yet run what it should: runsAsOrdered, absentAsOrdered,
   * notOrdered, willChange, changing, failed, putBack (it failed here, and this release does not try it
   * here again), notEligible, offline, or blocked with `because` (a code of ChangeBlockedCode) and its
   * values.
   */
  why: WaitingFor.optional(),
  /**
   * What an unfinished release is going to change here: waitsForApproval, clusterWaits or stageWaits,
   * with releaseId, version, and of the stage that reaches the machine stage (1 …), kind, upToPercent.
   */
  next: WaitingFor.optional(),
});
export type MachineAgentView = z.infer<typeof MachineAgentView>;
export const MachineDetail = MachineSummary.omit({ agents: true }).extend({
  slot: count,
  enrolledAtMs: timeMs,
  facts: MachineFacts,
  agents: z.array(MachineAgentView),
  /** What it last said that it believes; null: it checks no signatures, or has not reported yet. */
  trust: TrustReport.nullable().default(null),
  /** Told when it last asked; absent: it was not refused lately. */
  lastRefusal: LastRefusal.optional(),
});
export type MachineDetail = z.infer<typeof MachineDetail>;

/** Machines per version of an agent, as reported. version null: known, but nothing installed. */
export const VersionCount = z.object({ version: z.string().nullable(), machines: count });
export type VersionCount = z.infer<typeof VersionCount>;

/** GET /api/v1/agents?cluster → { agents } */
export const AgentSummary = z.object({
  name: z.string(),
  description: z.string(),
  versions: count,
  latestVersion: z.string().nullable(),
  distribution: z.array(VersionCount),
  unhealthy: count,
});
export type AgentSummary = z.infer<typeof AgentSummary>;
export const AgentList = z.object({
  agents: z.array(AgentSummary),
  /** Clusters that are counted as they last said they were. */
  unanswered: z.array(Unanswered).optional(),
});

export const PackageView = z.object({
  id: count,
  agentName: z.string(),
  version: z.string(),
  platform: Platform,
  sha256: z.string(),
  sizeBytes: count,
  manifest: PackageManifest,
  uploadedBy: z.string(),
  uploadedAtMs: timeMs,
  /** null: nobody has signed its archive. */
  signature: PackageSignatureView.nullable().default(null),
});
export type PackageView = z.infer<typeof PackageView>;

/** GET /api/v1/agents/{name} */
export const AgentDetail = AgentSummary.extend({ packages: z.array(PackageView) });
export type AgentDetail = z.infer<typeof AgentDetail>;

/** POST /api/v1/packages (body: the archive; header content-type application/gzip) → 201 */
export const PackageUploaded = z.object({ packages: z.array(PackageView), existed: z.boolean() });
export type PackageUploaded = z.infer<typeof PackageUploaded>;

/** PUT /api/v1/packages/{id}/signature: the file that `npm run keys -- sign` wrote, as it is */
export const SignPackageRequest = z.object({ envelope: z.string().trim().min(2).max(60_000) });
export const StoredSignature = z.object({ package: PackageView, changed: z.boolean() });
export type StoredSignature = z.infer<typeof StoredSignature>;

/** Where the machines that a stage (or a release) reaches stand. Each machine is counted once. */
export const ProgressCounts = z.object({
  targeted: count,
  /** Has not begun: asked for, not yet picked up. */
  pending: count,
  downloading: count,
  switching: count,
  watching: count,
  healthy: count,
  failed: count,
  /** Offline: will change on return. */
  offline: count,
  /** No package for the platform. */
  notEligible: count,
});
export type ProgressCounts = z.infer<typeof ProgressCounts>;

export const StageProgress = z.object({
  kind: z.enum(["gray", "batch", "full"]),
  /** Cumulative share of the ring, for batches. */
  upToPercent: z.number().nullable(),
  status: z.enum(["waiting", "open", "passed", "failed", "rolledBack"]),
  openedAtMs: timeMs.nullable(),
  /** Machines that this stage adds to the ones before. */
  counts: ProgressCounts,
});
export type StageProgress = z.infer<typeof StageProgress>;

export const ClusterProgress = z.object({
  clusterId: z.string(),
  clusterName: z.string(),
  state: ClusterReleaseState,
  stages: z.array(StageProgress),
  counts: ProgressCounts,
});
export type ClusterProgress = z.infer<typeof ClusterProgress>;

export const releaseVerbs = [
  "start",
  "pause",
  "continue",
  "continueAll",
  "rollBack",
  "abort",
  "verifyCluster",
] as const;
export const ReleaseVerb = z.enum(releaseVerbs);
export type ReleaseVerb = z.infer<typeof ReleaseVerb>;

/** GET /api/v1/releases?cluster&agent&state&cursor&limit → { releases, nextCursor } */
export const ReleaseSummary = z.object({
  id: count,
  agentName: z.string(),
  version: z.string().nullable(),
  state: ReleaseState,
  note: z.string(),
  createdBy: z.string(),
  createdAtMs: timeMs,
  finishedAtMs: timeMs.nullable(),
  clusters: z.array(ClusterProgress),
  counts: ProgressCounts,
  waitingFor: WaitingFor.nullable(),
});
export type ReleaseSummary = z.infer<typeof ReleaseSummary>;
export const ReleaseList = z.object({
  releases: z.array(ReleaseSummary),
  nextCursor: z.string().nullable(),
});

export const ReleaseEvent = z.object({
  id: count,
  atMs: timeMs,
  kind: z.string(),
  actor: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ReleaseEvent = z.infer<typeof ReleaseEvent>;

export const FailureGroup = z.object({
  reason: z.string(),
  machines: count,
  /** Up to ten machine ids and the newest message. */
  examples: z.array(z.object({ machineId: z.string(), hostname: z.string(), message: z.string() })),
});
export type FailureGroup = z.infer<typeof FailureGroup>;

/** GET /api/v1/releases/{id} */
export const ReleaseDetail = ReleaseSummary.extend({
  plan: ReleasePlan,
  events: z.array(ReleaseEvent),
  failures: z.array(FailureGroup),
  /** Per verb: allowed, or the code of the reason why not. */
  verbs: z.record(ReleaseVerb, z.object({ allowed: z.boolean(), reason: z.string().nullable() })),
});
export type ReleaseDetail = z.infer<typeof ReleaseDetail>;

/** POST /api/v1/releases/preview (body ReleasePlan): what would happen, per cluster and stage. */
export const ReleasePreview = z.object({
  previewId: z.string(),
  /** Limits that it passes: it would wait for a second person. */
  approval: z.array(ApprovalReason).optional(),
  clusters: z.array(
    z.object({
      clusterId: z.string(),
      clusterName: z.string(),
      stages: z.array(
        z.object({
          kind: z.enum(["gray", "batch", "full"]),
          upToPercent: z.number().nullable(),
          change: count,
          offline: count,
          skipped: z.array(z.object({ reason: z.string(), machines: count })),
          /** Of those that change, now or on their return. */
          fromVersions: z.array(VersionCount),
          /** Of those that change: the version failed there before, and a new release tries it again. */
          failedBefore: count.optional(),
          /** Gray: who they are, at most 100 of them. */
          machineIds: z.array(z.string()).optional(),
        }),
      ),
      /** Those that change begin later: window (opensAtMs; absent: never). null: at their next check-in. */
      startsLater: WaitingFor.nullable().optional(),
      /** So many may be changing at once there; null: any number. */
      changingMax: count.nullable().optional(),
    }),
  ),
});
export type ReleasePreview = z.infer<typeof ReleasePreview>;

/** POST /api/v1/releases → 201 ReleaseDetail. The release starts at once. */
export const CreateReleaseRequest = z.object({
  plan: ReleasePlan,
  previewId: z.string().optional(),
});
export type CreateReleaseRequest = z.infer<typeof CreateReleaseRequest>;

/** POST /api/v1/releases/{id}/{verb} → 200 ReleaseDetail */
export const ReleaseVerbRequest = z.object({
  clusterId: z.string().optional(),
  remark: z.string().max(500).default(""),
});

/** GET /api/v1/audit?actor&action&subject&cursor&limit */
export const AuditEntryView = z.object({
  id: count,
  atMs: timeMs,
  actorKind: z.enum(["user", "machine", "system"]),
  actor: z.string(),
  action: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  clusterId: z.string().nullable(),
  requestId: z.string(),
  source: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditEntryView = z.infer<typeof AuditEntryView>;
export const AuditList = z.object({
  entries: z.array(AuditEntryView),
  nextCursor: z.string().nullable(),
});

/** GET /api/v1/overview?cluster */
export const Overview = z.object({
  clusters: z.array(ClusterView),
  machines: MachineCounts,
  agents: z.array(AgentSummary),
  runningReleases: z.array(ReleaseSummary),
  /** Agents that failed or keep exiting, worst first, at most 20. */
  attention: z.array(
    z.object({
      machineId: z.string(),
      hostname: z.string(),
      agentName: z.string(),
      phase: z.string(),
      reason: z.string().nullable(),
      message: z.string().nullable(),
      sinceMs: timeMs,
    }),
  ),
  recentAudit: z.array(AuditEntryView),
  /** Clusters that are counted as they last said they were. */
  unanswered: z.array(Unanswered).optional(),
});
export type Overview = z.infer<typeof Overview>;

/** POST /api/v1/clusters/{id}/enrollment-tokens */
export const CreateEnrollmentTokenRequest = z.object({
  label: z.string().min(1).max(120),
  /** null: as often as one likes. */
  uses: z.number().int().min(1).max(1_000_000).nullable().default(1),
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(365 * 86_400)
    .default(86_400),
  /** Taken only from there: 10.0.0.0/8, fd00::/8, or an address. Empty: from anywhere. */
  networks: z.array(z.string().trim().min(1).max(50)).max(50).default([]),
  /** Its machines carry these, whatever they say themselves. */
  labels: z.record(z.string().min(1).max(63), z.string().max(255)).default({}),
  /** byHand: its machines wait until somebody accepts them. */
  accept: z.enum(["automatic", "byHand"]).default("automatic"),
});
export const EnrollmentTokenCreated = z.object({
  /** Shown once, kept nowhere. */
  token: z.string(),
  expiresAtMs: timeMs,
  /** Ready to paste on the machine. */
  command: z.string(),
});
export type EnrollmentTokenCreated = z.infer<typeof EnrollmentTokenCreated>;
