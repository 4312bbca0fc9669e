import type { OomKill } from "../cgroup/parse-usage.ts";
import type { AgentRecord } from "./agent-record.ts";
import type { RunRecord } from "./run-record.ts";

/** An unpacked version and the archive it came from. */
export interface InstalledVersion {
  version: string;
  sha256: string;
}

/** What disk and /proc say about one agent, read afresh for every round. */
export interface ActualAgent {
  name: string;
  onDisk: boolean;
  /** What `current` points to, if that is a whole version. */
  current: InstalledVersion | null;
  installed: InstalledVersion[];
  record: AgentRecord;
  run: RunRecord | null;
  /** The process that run.json names still lives. */
  alive: boolean;
  /** The kernel has ended it for its memory. */
  oomKill?: OomKill | null;
}

export function emptyActual(name: string, record: AgentRecord): ActualAgent {
  return { name, onDisk: false, current: null, installed: [], record, run: null, alive: false };
}
