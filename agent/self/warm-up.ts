import type { AgentContext } from "../context.ts";
import { runCommand } from "../supervise/run-command.ts";
import { selfName } from "../version.ts";

const timeoutMs = 5000;

/**
 * Lets another version of ifrit-agent answer once, whatever it answers: it is the guard that judges it.
 * Deno reads a program that it has not seen before with 5 MiB more of memory than one that it has noted
 * in ROOT/deno, and a process keeps them to its end.
 */
export async function warmUp(ctx: AgentContext, version: string): Promise<void> {
  const program = `${ctx.layout.agent(selfName).version(version)}/files/ifrit-agent`;
  await runCommand(ctx, {
    command: [program, "status", "--root", ctx.layout.root],
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    ...{ cwd: "/", timeoutMs, identity: null, signal: ctx.stopSignal },
  }).catch(() => {});
}
