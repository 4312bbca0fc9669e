import { join } from "node:path";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import type { AgentHome } from "./agent-home.ts";
import { agentEnvironment } from "./enroll-agent.ts";
import type { AgentProgram } from "./install-agent-program.ts";
import type { Instance } from "./instance.ts";
import { daemonRecords } from "./stop-leftovers.ts";

/** Starts the ifrit-agent of this machine. */
export function startAgent(
  instance: Instance,
  home: AgentHome,
  program: AgentProgram,
  masterUrl: string,
): Promise<Daemon> {
  return startDaemon({
    command: program.command,
    args: [
      ...program.build.denoArguments({ root: home.root, masterUrl }),
      ...["run", "--root", home.root],
    ],
    cwd: "/",
    env: agentEnvironment(home),
    ...(home.user ?? {}),
    logFile: join(instance.folders.logs, "ifrit-agent.log"),
    recordFile: daemonRecords(instance)["ifrit-agent"]!,
  });
}
