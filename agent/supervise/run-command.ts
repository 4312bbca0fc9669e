import type { AgentContext } from "../context.ts";
import { becomeWords, limitScript, limitWords, type RunIdentity } from "./run-identity.ts";

export interface CommandResult {
  success: boolean;
  outcome: string;
  /** The end of stdout and stderr together. */
  output: string;
}

export interface CommandSpec {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  timeoutMs: number;
  identity: RunIdentity | null;
  cgroup?: string | null;
  /** Cuts the command off as the time limit does. */
  signal?: AbortSignal;
  /** Called once the command itself has ended, before its output is read to the end. */
  onEnded?(): Promise<void>;
}

const outputBytesMax = 16 * 1024;
/** Not even SIGKILL ends a process that waits for a broken disk. */
const killWaitMs = 5000;

const script = `
exec 2>&1 </dev/null
[ -z "$2" ] || { echo $$ >"$2/cgroup.procs"; } 2>/dev/null
cd "$1" || exit 125
shift 2
${limitScript}
exec "$@"`;

/** Runs a short command of a package in a group of its own, and ends the whole group at the time limit. */
export async function runCommand(ctx: AgentContext, spec: CommandSpec): Promise<CommandResult> {
  const child = spawn(spec);
  const [stat] = await ctx.processes.stat([child.pid]);
  let cut: string | null = null;
  const cutOff = (why: string) => {
    cut ??= why;
    if (stat) ctx.processes.signal("KILL", [stat]).catch(() => {});
  };
  const stop = () => cutOff("it was cut off because ifrit-agent ends");
  const timer = setTimeout(() => cutOff(`no answer within ${spec.timeoutMs} ms`), spec.timeoutMs);
  if (spec.signal?.aborted) stop();
  spec.signal?.addEventListener("abort", stop);
  const giveUp = new AbortController();
  try {
    const output = readTail(child.stdout, spec.timeoutMs, giveUp.signal);
    const late = ctx.clock.sleep(spec.timeoutMs + killWaitMs, giveUp.signal);
    const status = await Promise.race([child.status, late]);
    await spec.onEnded?.();
    const outcome = cut ?? (status ? `exit code ${status.code}` : "it survives SIGKILL");
    const success = status?.success === true && cut === null;
    return { success, outcome, output: await output };
  } finally {
    giveUp.abort();
    clearTimeout(timer);
    spec.signal?.removeEventListener("abort", stop);
  }
}

function spawn(spec: CommandSpec): Deno.ChildProcess {
  const env = Object.entries(spec.env).map(([name, value]) => `${name}=${value}`);
  const words = [...limitWords(spec.identity), ...becomeWords(spec.identity), "env", "-i", ...env];
  // env(1) would take a path with "=" in it for a variable; a second exec by the shell does not.
  const exec = ["/bin/sh", "-c", 'exec "$@"', "ifrit-command", ...spec.command];
  const cgroup = spec.cgroup ?? "";
  return new Deno.Command("/bin/sh", {
    args: ["-c", script, "ifrit-command", spec.cwd, cgroup, ...words, ...exec],
    clearEnv: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** A process that kept the pipe open after its parent ended does not hold us up: reading ends shortly after the limit. */
async function readTail(
  stream: ReadableStream<Uint8Array>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const reader = stream.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, timeoutMs + 500);
  signal.addEventListener("abort", cancel);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text = (text + decoder.decode(value, { stream: true })).slice(-outputBytesMax);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}
