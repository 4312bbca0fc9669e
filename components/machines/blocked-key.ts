import type { ChangeBlockedCode } from "@/lib/contract/change-rules.ts";

/**
 * A version may be marked by a person or by a release's gate. A freeze may stand until it is lifted, and
 * a window may never open: then there is no time to name.
 */
export function blockedKey(
  code: ChangeBlockedCode,
  hasEnd: boolean,
  byGate = false,
): ChangeBlockedCode | "freezeUntil" | "windowFrom" | "knownBadGate" {
  if (code === "knownBad" && byGate) return "knownBadGate";
  if (code === "freeze" && hasEnd) return "freezeUntil";
  if (code === "window" && hasEnd) return "windowFrom";
  return code;
}
