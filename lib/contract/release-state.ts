import { z } from "zod";

/** The life of a release. */
export const releaseStates = [
  "draft",
  "waitingForApproval",
  "running",
  "paused",
  "completed",
  "rolledBack",
  "aborted",
] as const;
export const ReleaseState = z.enum(releaseStates);
export type ReleaseState = z.infer<typeof ReleaseState>;

/** The life of a release within one cluster. */
export const clusterReleaseStates = [
  "waiting",
  "gray",
  "batch",
  "full",
  "converging",
  "waitingForVerification",
  "verified",
  "rolledBack",
] as const;
export const ClusterReleaseState = z.enum(clusterReleaseStates);
export type ClusterReleaseState = z.infer<typeof ClusterReleaseState>;
