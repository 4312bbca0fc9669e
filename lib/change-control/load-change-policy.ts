import type { Services } from "../platform/services.ts";
import type { ChangeControl } from "./change-control.ts";
import { readChangePolicy } from "./read-change-policy.ts";

/** What was asked for before the one in memory never replaces it, however clocks are set. */
export async function loadChangePolicy(
  services: Pick<Services, "db" | "now">,
  control: ChangeControl,
): Promise<void> {
  const askedAtMs = services.now();
  control.policyAsked += 1;
  const number = control.policyAsked;
  const policy = await readChangePolicy(services);
  if (number < control.policyNumber) return;
  control.policyNumber = number;
  control.policy = policy;
  control.policyAtMs = askedAtMs;
}
