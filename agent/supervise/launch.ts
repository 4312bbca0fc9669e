import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import type { ProcessIdentity } from "../platform/process-table.ts";
import { becomeWords, limitScript, limitWords, type RunIdentity } from "./run-identity.ts";

/*
 * How a managed agent comes to life. A /bin/sh in a session of its own waits on its stdin; ifrit-agent
 * records its pid and start time durably and only then says "go"; the shell then becomes the agent
 * (exec: same pid). If ifrit-agent dies in between, stdin ends and the shell does too. So no process
 * ever runs that is not on record. Output goes to the log file directly and outlives ifrit-agent; a log that
 * cannot be opened costs the log, not the agent, and so does a control group. Both are opened before the
 * shell becomes the agent's user, who has no rights there.
 */
const script = `
IFS= read -r word
[ "$word" = go ] || exit 125
umask 022
exec </dev/null
[ -z "$3" ] || echo $$ 2>/dev/null >"$3/cgroup.procs"
if (: >>"$1") 2>/dev/null; then exec >>"$1" 2>&1; else exec >/dev/null 2>&1; fi
cd "$2" || exit 125
shift 3
${limitScript}
exec "$@"`;

/** env(1) would take a path with "=" in it for a variable; a second exec by the shell does not. */
const execArguments = ["/bin/sh", "-c", 'exec "$@"', "ifrit-launch"];

export interface LaunchSpec {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  log: string;
  identity: RunIdentity | null;
  cgroup: string | null;
  /** Called with the identity while the process still waits; when it rejects, the process never starts. */
  record(identity: ProcessIdentity): Promise<void>;
}

export interface Launched {
  identity: ProcessIdentity;
  exited: Promise<Deno.CommandStatus>;
}

export async function launch(ctx: AgentContext, spec: LaunchSpec): Promise<Launched> {
  const env = Object.entries(spec.env).map(([name, value]) => `${name}=${value}`);
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      script,
      "ifrit-launch",
      spec.log,
      spec.cwd,
      spec.cgroup ?? "",
      ...limitWords(spec.identity),
      ...becomeWords(spec.identity),
      "env",
      "-i",
      ...env,
      ...execArguments,
      ...spec.command,
    ],
    clearEnv: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    cwd: "/",
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  try {
    const [stat] = await ctx.processes.stat([child.pid]);
    if (stat === undefined)
      throw new ChangeError("start_failed", "the process ended before it began");
    const identity = { pid: stat.pid, startTicks: stat.startTicks };
    await spec.record(identity);
    ctx.failpoint("start:recorded");
    await stdin.write(new TextEncoder().encode("go\n"));
    ctx.failpoint("start:gone");
    ctx.exits.began(identity);
    child.status.then((status) => {
      ctx.exits.ended(identity, status.success);
      ctx.onProcessEnd();
    });
    child.unref();
    return { identity, exited: child.status };
  } finally {
    await stdin.close().catch(() => {});
  }
}
