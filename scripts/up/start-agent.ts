import { join } from "node:path";
import { readProcessRecord } from "../system/process-record.ts";
import { endSession } from "../system/process-session.ts";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import type { AgentHome } from "./agent-home.ts";
import { agentEnvironment } from "./enroll-agent.ts";
import type { Instance } from "./instance.ts";
import { daemonRecords } from "./stop-leftovers.ts";

const graceMs = 10_000;

/** Starts the ifrit-agent of this machine, by way of its guard, as a service would. */
export async function startAgent(instance: Instance, home: AgentHome): Promise<Daemon> {
  const recordFile = daemonRecords(instance)["ifrit-agent"]!;
  const before = readProcessRecord(recordFile);
  // A guard that was killed has left its ifrit-agent running, which would keep the next one out. It is
  // killed too: the next one goes on where it was, while an orderly end would undo a switch under way.
  if (before) await endSession(before, graceMs, "SIGKILL");
  const daemon = await startDaemon({
    command: "/bin/sh",
    args: [join(home.program, "ifrit-agent"), "guard", "--root", home.root],
    cwd: "/",
    env: agentEnvironment(home),
    ...(home.user ?? {}),
    logFile: join(instance.folders.logs, "ifrit-agent.log"),
    recordFile,
  });
  return {
    ...daemon,
    stop: async (stopMs) => {
      await daemon.stop(stopMs);
      await endSession(daemon.identity, graceMs);
    },
  };
}
