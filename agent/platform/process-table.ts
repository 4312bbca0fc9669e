import { SystemShell } from "./system-shell.ts";

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
  /** ifrit-agent itself and what it asks for all this. */
  own(): number[];
  /** Pids whose environment contains the text. */
  marked(text: string): Promise<number[]>;
  /** Pids whose program file lies in the folder. */
  runningFrom(folder: string): Promise<number[]>;
  /** Signals each process that still is the one meant, and its whole group when it leads one. */
  signal(signal: SignalName, targets: readonly ProcessIdentity[]): Promise<void>;
  bootId(): Promise<string>;
  /** Clock ticks since boot, as the start times of processes are told. */
  bootTicks(): Promise<number>;
  close(): Promise<void>;
}

export class ShellProcessTable implements ProcessTable {
  constructor(private readonly shell: SystemShell = new SystemShell()) {}

  async stat(pids: readonly number[]): Promise<ProcessStat[]> {
    if (pids.length === 0) return [];
    const paths = pids.map((pid) => `/proc/${pid}/stat`).join(" ");
    return parseStats(await this.shell.ask(`stat ${paths}`));
  }

  async present(pids: readonly number[]): Promise<number[]> {
    if (pids.length === 0) return [];
    const [line = ""] = await this.shell.ask(`present ${pids.join(" ")}`);
    return line.trim().split(" ").map(Number);
  }

  async all(): Promise<ProcessStat[]> {
    return parseStats(await this.shell.ask("all"));
  }

  own(): number[] {
    const helper = this.shell.pid;
    return helper === null ? [Deno.pid] : [Deno.pid, helper];
  }

  async marked(text: string): Promise<number[]> {
    const paths = await this.shell.ask(`marked ${text}`);
    return paths.map((path) => Number(path.split("/")[2])).filter(Number.isInteger);
  }

  async runningFrom(folder: string): Promise<number[]> {
    const lines = await this.shell.ask(`from ${folder}`);
    return lines
      .map((line) => Number(/\/proc\/(\d+)\/exe -> /.exec(line)?.[1]))
      .filter(Number.isInteger);
  }

  async signal(signal: SignalName, targets: readonly ProcessIdentity[]): Promise<void> {
    if (targets.length === 0) return;
    const list = targets.map((target) => `${target.pid}:${target.startTicks}`).join(" ");
    await this.shell.ask(`signal ${signal} ${list}`);
  }

  async bootId(): Promise<string> {
    return (await this.shell.ask("boot"))[0]?.trim() ?? "";
  }

  async bootTicks(): Promise<number> {
    const [, line = ""] = await this.shell.ask("get /proc/uptime");
    return Math.round(Number.parseFloat(line) * 100);
  }

  close(): Promise<void> {
    return this.shell.close();
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
  const close = line.lastIndexOf(") ");
  if (close <= 0) return null;
  const fields = line.slice(close + 2).split(" ");
  if (fields.length <= 21 || !/^[A-Za-z]$/.test(fields[0]!)) return null;
  const number = (index: number) => Number(fields[index]);
  const stat = {
    pid: Number.parseInt(line, 10),
    state: fields[0]!,
    parentPid: number(1),
    groupId: number(2),
    sessionId: number(3),
    cpuTicks: number(11) + number(12) + number(13) + number(14),
    startTicks: number(19),
    rssPages: number(21),
  };
  const complete = Number.isInteger(stat.pid) && Number.isInteger(stat.startTicks);
  return complete && Number.isInteger(stat.rssPages) ? stat : null;
}
