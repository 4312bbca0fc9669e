import { z } from "zod";
import { trustRefusals, trustSubjects } from "./verify-refusal.ts";

/* Signatures under /api/v1. GET /api/v1/trust: who may say what runs, and which machines do not believe it. */

const count = z.number().int().nonnegative();
const timeMs = z.number().int().nonnegative();

/** How near its end the root is: notice 30 days before, warning 14, alarm 7. */
export const ExpiryLevel = z.enum(["good", "notice", "warning", "alarm", "expired"]);
export type ExpiryLevel = z.infer<typeof ExpiryLevel>;

export const TrustKeyView = z.object({
  keyId: z.string(),
  /** Whose it is, as the root says; "": it does not say. */
  name: z.string(),
});
export const TrustRoleView = z.object({
  keys: z.array(TrustKeyView),
  /** How many of them must sign. */
  threshold: count,
});
export type TrustRoleView = z.infer<typeof TrustRoleView>;

export const TrustRootView = z.object({
  version: count,
  /** Hex sha256 of its statement: what people compare, and what machines pin. */
  fingerprint: z.string(),
  expiresAtMs: timeMs,
  expiry: ExpiryLevel,
  roles: z.object({
    root: TrustRoleView,
    release: TrustRoleView,
    director: TrustRoleView,
    /** Clusters that listen to keys of their own. */
    directors: z.array(TrustRoleView.extend({ clusterId: z.string() })),
  }),
  /** All keys of a first trial on one machine: whoever breaks into it can sign everything. */
  development: z.boolean(),
});
export type TrustRootView = z.infer<typeof TrustRootView>;

/** Why a value that stood in Redis was not believed. Closed, for metrics and the console. */
export const droppedReasons = ["unsigned", "wrongType", "tooLong", "unreadable", "older"] as const;
export type DroppedReason = (typeof droppedReasons)[number];

export const ClusterTrustView = z.object({
  clusterId: z.string(),
  clusterName: z.string(),
  /**
   * signs: all is well · off: its master has no root · noKey, keyNotNamed, thresholdAboveOne: it has a
   * root but may not speak · notYet: nothing was signed since the start · stale: its last freshness
   * statement is past its time · unknown: a remote master that has not said
   */
  signing: z.enum([
    ...(["signs", "off", "noKey", "keyNotNamed", "thresholdAboveOne"] as const),
    ...(["notYet", "stale", "unknown"] as const),
  ]),
  /** Root that its master serves; null: none, or not known. */
  rootVersion: count.nullable(),
  rootFingerprint: z.string().nullable(),
  directorKeyId: z.string().nullable(),
  /** Of the last freshness statement; null: none. */
  freshness: z
    .object({
      sequence: count,
      documentSequence: count,
      issuedAtMs: timeMs,
      expiresAtMs: timeMs,
    })
    .nullable(),
  machines: z.object({
    /** Accepted ones. */
    total: count,
    /** They say that they check signatures. The others do not, or have not reported yet. */
    checking: count,
    byRoot: z.array(z.object({ version: count, machines: count })),
    /** They change nothing, for this reason; what runs goes on. */
    refusing: z.array(
      z.object({
        what: z.enum(trustSubjects),
        refusal: z.enum(trustRefusals),
        machines: count,
        /** The id of one of them. */
        example: z.string(),
      }),
    ),
  }),
  /** What Redis held and was dropped since this process began: unsigned, of another kind, too long, older. */
  droppedFromRedis: z.array(z.object({ reason: z.string(), times: count, lastAtMs: timeMs })),
});
export type ClusterTrustView = z.infer<typeof ClusterTrustView>;

export const TrustView = z.object({
  /** null: nothing is signed here. */
  root: TrustRootView.nullable(),
  /** A newer root in the folder that does not count, and why: a refusal's code, unreadable or otherTrust. */
  rootProblem: z.object({ code: z.string(), version: count, message: z.string() }).nullable(),
  /** Where root documents are to be put. */
  folder: z.string(),
  /** This deployment's own; null: it is no master, or the key cannot be used. */
  director: TrustKeyView.nullable(),
  /** Why the key cannot be used. */
  directorProblem: z.string().nullable(),
  clusters: z.array(ClusterTrustView),
});
export type TrustView = z.infer<typeof TrustView>;

/** What release keys say of a package. */
export const PackageSignatureView = z.object({
  /** good: machines take it. unchecked: there is no root here. Otherwise why machines refuse it now. */
  state: z.enum(["good", "unchecked", ...trustRefusals]),
  /** Keys whose signatures count under the present root. */
  signedBy: z.array(TrustKeyView),
  /** How many of them the root asks for. */
  threshold: count,
  /** Orders releases of an agent; machines go back as far as rollbackTo, null: not at all. */
  sequence: count,
  rollbackTo: count.nullable(),
  signedAtMs: timeMs,
  /** Not to be installed from then on; null: it does not end. */
  expiresAtMs: timeMs.nullable(),
  storedBy: z.string(),
  storedAtMs: timeMs,
});
export type PackageSignatureView = z.infer<typeof PackageSignatureView>;
