import type { ChangeBlockedCode } from "@/lib/contract/change-rules.ts";

/** A freeze may stand until it is lifted, and a window may never open: then there is no time to name. */
export function blockedKey(
  code: ChangeBlockedCode,
  hasEnd: boolean,
): ChangeBlockedCode | "freezeUntil" | "windowFrom" {
  if (code === "freeze" && hasEnd) return "freezeUntil";
  if (code === "window" && hasEnd) return "windowFrom";
  return code;
}
