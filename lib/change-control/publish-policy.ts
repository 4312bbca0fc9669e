import { redisChannels } from "../desired-state/redis-layout.ts";
import { peekProcessWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";

/** What a master in this process registers, so that a change does not need Redis. */
export const policyHookName = "policy-hook";
export type PolicyHook = () => void;

/** Tells every master that change control changed. Call it after the commit; whoever misses it reads it a second later. */
export async function publishPolicy(services: Pick<Services, "redis" | "log">): Promise<void> {
  peekProcessWide<PolicyHook>(policyHookName)?.();
  try {
    await services.redis.publish(redisChannels.policy, "");
  } catch (error) {
    services.log.warn({ err: String(error) }, "change of policy not told; masters read it soon");
  }
}
