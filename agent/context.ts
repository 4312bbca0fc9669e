import type { Platform } from "@contract/platform.ts";
import type { CgroupTree } from "./cgroup/cgroup-tree.ts";
import type { DownloadPace } from "./install/download-pace.ts";
import type { Layout } from "./layout.ts";
import type { UnwrittenRuns } from "./plan/run-record.ts";
import type { Clock } from "./platform/clock.ts";
import type { Failpoint } from "./platform/failpoint.ts";
import type { Log } from "./platform/log.ts";
import type { ProcessTable } from "./platform/process-table.ts";
import type { ExitLog } from "./supervise/exit-log.ts";

/** What every step needs of its surroundings; the composition root and the tests fill it. */
export interface AgentContext {
  layout: Layout;
  clock: Clock;
  random: () => number;
  log: Log;
  failpoint: Failpoint;
  processes: ProcessTable;
  /** Null where the machine has no cgroup v2 for us. */
  cgroups: CgroupTree | null;
  fetcher: typeof fetch;
  downloadPace: DownloadPace;
  platform: Platform;
  bootId: string;
  /** Called when a process that this ifrit-agent started has ended. */
  onProcessEnd: () => void;
  unwrittenRuns: UnwrittenRuns;
  /** How they ended. */
  exits: ExitLog;
  /** Aborted when ifrit-agent is to end. */
  stopSignal: AbortSignal;
  /** A guard keeps this ifrit-agent running and can try another version of it. */
  guarded: boolean;
  /** Names this root among others on the same machine; it stands in the environment of what we start. */
  rootId: string;
}

export async function rootIdOf(root: string): Promise<string> {
  const bytes = new TextEncoder().encode(await Deno.realPath(root));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8).toHex();
}
