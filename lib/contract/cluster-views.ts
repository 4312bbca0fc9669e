import { z } from "zod";
import { MachineType } from "./machine-type.ts";
import { ClusterId } from "./names.ts";

/* Clusters and their masters under /api/v1. Times are milliseconds since the epoch by the server's clock. */

const count = z.number().int().nonnegative();
const timeMs = z.number().int().nonnegative();

/** A remote master as manage sees it. */
export const MasterView = z.object({
  url: z.string(),
  /** 0: never. */
  answeredAtMs: timeMs,
  /** null: it answers. */
  unreachableSinceMs: timeMs.nullable(),
  /** What a person should know of it; empty: nothing. */
  problem: z.string(),
  /** Of ifrit, as it says itself; null: it has not said. */
  version: z.string().nullable(),
  /** How far its clock is ahead of ours. */
  clockAheadMs: z.number().int().nullable(),
  /** Of the last exchange; null: none yet. */
  lagMs: count.nullable(),
  /** Oldest first: [when, milliseconds]. */
  lags: z.array(z.tuple([timeMs, count])),
  /** Orders of releases that it has not confirmed. */
  ordersWaiting: count,
  /** Why it refused one of them; empty: it refused none. */
  orderProblem: z.string(),
});
export type MasterView = z.infer<typeof MasterView>;

/** A cluster whose master did not answer: what is said of its machines is missing, or old. */
export const Unanswered = z.object({
  clusterId: z.string(),
  clusterName: z.string(),
  /** When it last answered; null: never. */
  answeredAtMs: timeMs.nullable(),
});
export type Unanswered = z.infer<typeof Unanswered>;

/** GET /api/v1/clusters/{id} → ClusterDetail: ClusterView and this */
export const ClusterComposition = z.object({
  types: z.array(z.object({ type: MachineType, machines: count, online: count })),
  /** Of ifrit-agent itself. */
  ifritAgents: z.array(z.object({ version: z.string(), machines: count })),
});
export type ClusterComposition = z.infer<typeof ClusterComposition>;

/** Private addresses are what masters usually have: see docs/clusters.md. */
export const MasterUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine(isPlainUrl, "give it without user name, password, query or fragment");
const credential = z.string().min(20).max(200);

/** PATCH /api/v1/clusters/{id} → 200 ClusterView. A new address or credential is tried first. */
export const ChangeClusterRequest = z
  .object({ name: z.string().trim().min(1).max(120), masterUrl: MasterUrl, credential })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "nothing is to be changed");
export type ChangeClusterRequest = z.infer<typeof ChangeClusterRequest>;

/** POST /api/v1/clusters/check → 200 CheckMasterAnswer, whatever is found */
export const CheckMasterRequest = z.object({ id: ClusterId, masterUrl: MasterUrl, credential });
export type CheckMasterRequest = z.infer<typeof CheckMasterRequest>;

export const masterProblems = [
  "dns",
  "address",
  "refused",
  "timeout",
  "tls",
  "redirect",
  "network",
  "notIfrit",
  "role",
  "credential",
  "readOnly",
  "version",
] as const;
export const MasterProblem = z.enum(masterProblems);
export type MasterProblem = z.infer<typeof MasterProblem>;

export const CheckMasterAnswer = z.object({
  /** null: it would do. */
  problem: z.object({ code: MasterProblem, detail: z.string() }).nullable(),
  /** What it said; null: nothing that could be understood. */
  found: z
    .object({
      version: z.string(),
      machines: count,
      clockAheadMs: z.number().int(),
      answeredInMs: count,
    })
    .nullable(),
  warnings: z.array(z.enum(["plainHttp", "clock"])),
});
export type CheckMasterAnswer = z.infer<typeof CheckMasterAnswer>;

/** orders: everything; read: nothing that changes anything. */
export const CredentialScope = z.enum(["orders", "read"]);
export type CredentialScope = z.infer<typeof CredentialScope>;

/** GET /api/v1/clusters/{id}/credentials → { credentials } */
export const CredentialView = z.object({
  id: z.number().int().positive(),
  label: z.string(),
  scope: CredentialScope,
  createdBy: z.string(),
  createdAtMs: timeMs,
  expiresAtMs: timeMs.nullable(),
  lastUsedAtMs: timeMs.nullable(),
  revokedAtMs: timeMs.nullable(),
  /** The one by which whoever asks has asked. */
  isCurrent: z.boolean(),
});
export type CredentialView = z.infer<typeof CredentialView>;
export const CredentialList = z.object({ credentials: z.array(CredentialView).max(1_000) });

/** POST /api/v1/clusters/{id}/credentials → 201 CredentialCreated */
export const CreateCredentialRequest = z.object({
  label: z.string().trim().max(120).default(""),
  scope: CredentialScope.default("orders"),
  /** null: it does not expire. */
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(10 * 365 * 86_400)
    .nullable()
    .default(null),
});
export type CreateCredentialRequest = z.infer<typeof CreateCredentialRequest>;
export const CredentialCreated = z.object({
  id: z.number().int().positive(),
  /** Shown once; only its hash is kept. */
  credential: z.string(),
  expiresAtMs: timeMs.nullable(),
});
export type CredentialCreated = z.infer<typeof CredentialCreated>;

function isPlainUrl(text: string): boolean {
  try {
    const { username, password, search, hash } = new URL(text);
    return username === "" && password === "" && search === "" && hash === "";
  } catch {
    return false;
  }
}
