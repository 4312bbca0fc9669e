import type { ProgressPart } from "./stage-bar-segments.ts";

/** How a part of a bar is filled: what went wrong has a pattern too. */
export const partFill: Record<ProgressPart, string> = {
  healthy: "bg-ok-fill",
  watching: "bg-(--phase-watching)",
  switching: "bg-(--phase-switching)",
  downloading: "bg-(--phase-downloading)",
  pending: "bg-(--phase-pending)",
  offline: "pattern-offline",
  notEligible: "pattern-none",
  failed: "pattern-failed",
};

/** The same for charts, which take colours. */
export const partColor: Record<ProgressPart, string> = {
  healthy: "var(--ok-fill)",
  watching: "var(--phase-watching)",
  switching: "var(--phase-switching)",
  downloading: "var(--phase-downloading)",
  pending: "var(--phase-pending)",
  offline: "var(--off-fill)",
  notEligible: "var(--line-strong)",
  failed: "var(--bad-fill)",
};
