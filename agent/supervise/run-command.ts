import type { AgentContext } from "../context.ts";

export interface CommandResult {
  success: boolean;
  outcome: string;
  /** The end of stdout and stderr together. */
  output: string;
}

const outputBytesMax = 16 * 1024;

/** Runs a short command of a package in a group of its own, and ends the whole group at the time limit. */
export async function runCommand(
  ctx: AgentContext,
  spec: {
    command: readonly string[];
    env: Readonly<Record<string, string>>;
    cwd: string;
    timeoutMs: number;
  },
): Promise<CommandResult> {
  const env = Object.entries(spec.env).map(([name, value]) => `${name}=${value}`);
  const script = 'exec 2>&1 </dev/null; cd "$1" || exit 125; shift; exec env -i "$@"';
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      script,
      "ifrit-command",
      spec.cwd,
      ...env,
      "/bin/sh",
      "-c",
      'exec "$@"',
      "ifrit-command",
      ...spec.command,
    ],
    clearEnv: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const [stat] = await ctx.processes.stat([child.pid]);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (stat) ctx.processes.signal("KILL", [stat]).catch(() => {});
  }, spec.timeoutMs);
  try {
    const [output, status] = await Promise.all([
      readTail(child.stdout, spec.timeoutMs),
      child.status,
    ]);
    const outcome = timedOut ? `no answer within ${spec.timeoutMs} ms` : `exit code ${status.code}`;
    return { success: status.success && !timedOut, outcome, output };
  } finally {
    clearTimeout(timer);
  }
}

/** A process that kept the pipe open after its parent ended does not hold us up: reading ends shortly after the limit. */
async function readTail(stream: ReadableStream<Uint8Array>, timeoutMs: number): Promise<string> {
  const reader = stream.getReader();
  const timer = setTimeout(() => reader.cancel().catch(() => {}), timeoutMs + 500);
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
  }
}
