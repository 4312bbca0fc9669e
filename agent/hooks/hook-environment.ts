import type { HookName } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";
import { hookMarker, instanceMarker, runEnvironment } from "../supervise/run-environment.ts";
import type { HookCall } from "./run-hook.ts";

/** What the agent itself gets, and what the hook is about. Its own marker: a hook is no process of the agent. */
export function hookEnvironment(
  ctx: AgentContext,
  hook: HookName,
  { manifest, previousVersion }: HookCall,
): Record<string, string> {
  const [agentsMarker = ""] = instanceMarker(ctx.rootId, manifest.name).split("=");
  const [marker = "", value = ""] = hookMarker(ctx.rootId, manifest.name).split("=");
  const { [agentsMarker]: _, ...env } = runEnvironment(ctx, manifest);
  const asOurselves = manifest.hooks?.[hook]?.runAs === "ifrit-agent";
  if (asOurselves) {
    delete env.USER;
    delete env.LOGNAME;
  }
  return {
    ...env,
    IFRIT_HOOK: hook,
    IFRIT_PREVIOUS_VERSION: previousVersion ?? "",
    [marker]: value,
  };
}
