import { LineReader } from "./line-reader.ts";

/*
 * Deno gives /proc only to a program with every permission. ifrit-agent keeps narrow ones and asks
 * a small /bin/sh child, which also sends signals: it compares the start time right before kill(2),
 * so that a recycled pid is never signalled.
 */

/** Which process: a pid alone may be reused, together with its start time in this boot it is not. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot. */
  startTicks: number;
}

export interface ProcessStat extends ProcessIdentity {
  state: string;
  parentPid: number;
  groupId: number;
  sessionId: number;
  /** utime + stime of itself and of the children that it has reaped. */
  cpuTicks: number;
  rssPages: number;
}

export type SignalName = "TERM" | "INT" | "QUIT" | "HUP" | "KILL" | "CONT";

export interface ProcessTable {
  stat(pids: readonly number[]): Promise<ProcessStat[]>;
  /** Those of the pids that there are, recycled ones and zombies included: costs no more than a look. */
  present(pids: readonly number[]): Promise<number[]>;
  all(): Promise<ProcessStat[]>;
  /** Pids whose environment contains the text. */
  marked(text: string): Promise<number[]>;
  /** Pids whose program file lies in the folder. */
  runningFrom(folder: string): Promise<number[]>;
  /** Signals each process that still is the one meant, and its whole group when it leads one. */
  signal(signal: SignalName, targets: readonly ProcessIdentity[]): Promise<void>;
  bootId(): Promise<string>;
  close(): Promise<void>;
}

const script = `
read_stat() { line=; { while IFS= read -r l; do line="$line$l "; done; } 2>/dev/null </proc/$1/stat; }
while read -r end verb args; do
  case $verb in
    stat) cat $args 2>/dev/null ;;
    present) for p in $args; do [ -e /proc/$p ] && printf '%s ' $p; done; echo ;;
    all) cat /proc/[0-9]*/stat 2>/dev/null ;;
    boot) cat /proc/sys/kernel/random/boot_id ;;
    marked) grep -lsF -e "$args" /proc/[0-9]*/environ 2>/dev/null ;;
    from) ls -l /proc/[0-9]*/exe 2>/dev/null | grep -F -e "/exe -> $args/" ;;
    signal) sig=\${args%% *}
      for t in \${args#* }; do
        p=\${t%%:*}; read_stat $p; [ -n "$line" ] || continue
        set -- \${line##*) }
        [ "\${20}" = "\${t#*:}" ] || continue
        if [ "$3" = "$p" ]; then kill -s $sig -- -$p 2>/dev/null; else kill -s $sig -- $p 2>/dev/null; fi
      done ;;
  esac
  printf '%s\\n' "$end"
done`;

const answerTimeoutMs = 10_000;

export class ShellProcessTable implements ProcessTable {
  #child: Deno.ChildProcess | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #lines: LineReader | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  async stat(pids: readonly number[]): Promise<ProcessStat[]> {
    if (pids.length === 0) return [];
    return parseStats(await this.#ask(`stat ${pids.map((pid) => `/proc/${pid}/stat`).join(" ")}`));
  }

  async present(pids: readonly number[]): Promise<number[]> {
    if (pids.length === 0) return [];
    const [line = ""] = await this.#ask(`present ${pids.join(" ")}`);
    return line.trim().split(" ").map(Number);
  }

  async all(): Promise<ProcessStat[]> {
    return parseStats(await this.#ask("all"));
  }

  async marked(text: string): Promise<number[]> {
    const paths = await this.#ask(`marked ${text}`);
    return paths.map((path) => Number(path.split("/")[2])).filter(Number.isInteger);
  }

  async runningFrom(folder: string): Promise<number[]> {
    const lines = await this.#ask(`from ${folder}`);
    return lines
      .map((line) => Number(/\/proc\/(\d+)\/exe -> /.exec(line)?.[1]))
      .filter(Number.isInteger);
  }

  async signal(signal: SignalName, targets: readonly ProcessIdentity[]): Promise<void> {
    if (targets.length === 0) return;
    const list = targets.map((target) => `${target.pid}:${target.startTicks}`).join(" ");
    await this.#ask(`signal ${signal} ${list}`);
  }

  async bootId(): Promise<string> {
    return (await this.#ask("boot"))[0]?.trim() ?? "";
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    const child = this.#child;
    this.#child = null;
    await this.#writer?.close().catch(() => {});
    await this.#lines?.close();
    await child?.status;
  }

  #ask(request: string): Promise<string[]> {
    const answer = this.#queue.then(() => this.#exchange(request));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async #exchange(request: string): Promise<string[]> {
    const { writer, lines } = this.#open();
    const end = crypto.randomUUID();
    const timer = setTimeout(() => this.#abandon(), answerTimeoutMs);
    try {
      await writer.write(new TextEncoder().encode(`${end} ${request}\n`));
      const answer: string[] = [];
      for (;;) {
        const line = await lines.next();
        if (line === null) throw new Error("the process reader ended");
        if (line === end) return answer;
        answer.push(line);
      }
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): { writer: WritableStreamDefaultWriter<Uint8Array>; lines: LineReader } {
    if (this.#child === null || this.#writer === null || this.#lines === null) {
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", script, "ifrit-processes"],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
        clearEnv: true,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      }).spawn();
      this.#child = child;
      this.#writer = child.stdin.getWriter();
      this.#lines = new LineReader(child.stdout);
    }
    return { writer: this.#writer, lines: this.#lines };
  }

  /** A reader that does not answer is given up; the next request starts a new one. */
  #abandon(): void {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    this.#writer?.close().catch(() => {});
    this.#lines?.close().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

function parseStats(lines: readonly string[]): ProcessStat[] {
  const stats: ProcessStat[] = [];
  let begun = "";
  for (const line of lines) {
    // A command name may contain line breaks.
    const stat = parseStat(line) ?? parseStat(begun + line);
    begun = stat === null ? `${begun}${line} ` : "";
    if (stat !== null) stats.push(stat);
  }
  return stats;
}

/** A line of /proc/<pid>/stat. The command name, in brackets, may itself contain spaces and brackets. */
export function parseStat(line: string): ProcessStat | null {
  const close = line.lastIndexOf(")");
  const pid = Number.parseInt(line, 10);
  const fields = line
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const numbers = fields.map(Number);
  const [cpu1, cpu2, cpu3, cpu4] = numbers.slice(11, 15) as [number, number, number, number];
  const stat = {
    pid,
    state: fields[0] ?? "",
    parentPid: numbers[1]!,
    groupId: numbers[2]!,
    sessionId: numbers[3]!,
    cpuTicks: cpu1 + cpu2 + cpu3 + cpu4,
    startTicks: numbers[19]!,
    rssPages: numbers[21]!,
  };
  const complete = close > 0 && /^[A-Za-z]$/.test(stat.state);
  return complete && [pid, stat.startTicks, stat.rssPages].every(Number.isInteger) ? stat : null;
}
