import type { PackageManifest } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";

/** Stands in the environment of every process of an agent, also of those that left its process group. */
export function instanceMarker(rootId: string, name: string): string {
  // The dot at the end keeps "log" from matching "log-agent".
  return `IFRIT_AGENT_INSTANCE=${rootId}.${name}.`;
}

/** Stands in the environment of a hook and of all that it starts; without a name: of every hook under this root. */
export function hookMarker(rootId: string, name?: string): string {
  return `IFRIT_HOOK_INSTANCE=${rootId}.${name === undefined ? "" : `${name}.`}`;
}

export function payloadDir(ctx: AgentContext, name: string, version: string): string {
  return `${ctx.layout.agent(name).version(version)}/files`;
}

/** A first word with a slash is a file of the payload; without one it is looked up in PATH. */
export function resolveCommand(command: readonly string[], payload: string): string[] {
  const [program = "", ...rest] = command;
  return [program.includes("/") ? `${payload}/${program.replace(/^\.\//, "")}` : program, ...rest];
}

export function runEnvironment(
  ctx: AgentContext,
  manifest: PackageManifest,
): Record<string, string> {
  const { name, version } = manifest;
  const layout = ctx.layout.agent(name);
  const [marker, value] = instanceMarker(ctx.rootId, name).split("=") as [string, string];
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: layout.data,
    ...(manifest.run === undefined ? {} : { USER: manifest.run.user, LOGNAME: manifest.run.user }),
    ...manifest.start.env,
    IFRIT_AGENT_NAME: name,
    IFRIT_AGENT_VERSION: version,
    IFRIT_AGENT_DIR: payloadDir(ctx, name, version),
    IFRIT_AGENT_DATA_DIR: layout.data,
    [marker]: value,
  };
}
