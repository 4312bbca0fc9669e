import type { PackageManifest } from "@contract/package-manifest.ts";
import { limitsOf } from "../cgroup/limits.ts";
import type { AgentContext } from "../context.ts";
import { type RunRecord, writeRun } from "../plan/run-record.ts";
import { type Launched, launch } from "./launch.ts";
import { payloadDir, resolveCommand, runEnvironment } from "./run-environment.ts";
import { identityOf, prepareFolders } from "./run-identity.ts";

/** Starts the version's process. The caller has made sure that no other process of the agent runs. */
export async function startAgent(
  ctx: AgentContext,
  manifest: PackageManifest,
  counts: Pick<RunRecord, "restarts" | "crashes"> = { restarts: 0, crashes: 0 },
): Promise<Launched> {
  const { name, version } = manifest;
  const layout = ctx.layout.agent(name);
  const identity = await identityOf(manifest.run);
  await prepareFolders(ctx, name, identity);
  const cgroup = (await ctx.cgroups?.create(name, limitsOf(manifest.budget))) ?? null;
  const launched = await launch(ctx, {
    command: resolveCommand(manifest.start.command, payloadDir(ctx, name, version)),
    env: runEnvironment(ctx, manifest),
    cwd: layout.data,
    log: layout.log,
    identity,
    cgroup,
    record: (identity) =>
      writeRun(ctx, name, {
        schema: 1,
        ...identity,
        bootId: ctx.bootId,
        version,
        startedAtMs: Math.round(ctx.clock.wallMs()),
        ...counts,
        ...(cgroup === null ? {} : { cgroup }),
        ...(manifest.hooks?.afterStart === undefined ? {} : { afterStartDue: true }),
      }),
  });
  ctx.log.info("agent started", { agent: name, version, pid: launched.identity.pid });
  return launched;
}
