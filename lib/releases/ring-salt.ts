import { createHash } from "node:crypto";
import type { ReleasePlan } from "../contract/release-plan.ts";

/**
 * "" is the sticky ring, where the same machines are always first. Otherwise the salt depends on
 * what is released, and not on when, so that a preview shows the very machines that will be first.
 */
export function ringSaltOf(plan: Pick<ReleasePlan, "order" | "agentName" | "version">): string {
  if (plan.order === "sticky") return "";
  const text = `${plan.agentName} ${plan.version ?? ""}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
