import { readConfig } from "../identity/config.ts";
import { layoutOf } from "../layout.ts";
import { readJson } from "../platform/durable-file.ts";
import { lockRoot } from "../platform/root-lock.ts";
import { AgentStatus } from "../report/status-file.ts";
import { trustLines } from "../trust/describe-trust.ts";
import type { Command } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";

export const statusCommand: Command = {
  summary: "show how this machine and its agents stand",
  options: { root: "value", json: "flag" },
  help: `Usage: ifrit-agent status --root DIR [--json]

Shows what the running ifrit-agent last wrote down, and whether one is running at all.

  --root DIR   what \`enroll\` was given
  --json       for scripts: {"running": …, "status": …}

Examples:
  ifrit-agent status --root /var/lib/ifrit
  ifrit-agent status --root /var/lib/ifrit --json | jq '.status.agents[].phase'

${exitCodeHelp}`,
  async run(given, io) {
    const layout = layoutOf(given.required("root").replace(/\/+$/, ""));
    if ((await readConfig(layout)) === null) {
      throw new CliError(
        exitCode.notConfigured,
        `${layout.config} is missing or damaged: run \`ifrit-agent enroll\``,
      );
    }
    const running = await isRunning(layout.lock);
    const status = await readJson(layout.status, AgentStatus);
    if (given.flag("json")) io.out(JSON.stringify({ running, status }));
    else for (const line of describe(running, status)) io.out(line);
    return exitCode.ok;
  },
};

async function isRunning(lockPath: string): Promise<boolean> {
  const lock = await lockRoot(lockPath);
  lock?.release();
  return lock === null;
}

export function describe(running: boolean, status: AgentStatus | null): string[] {
  const head = running ? "ifrit-agent is running" : "ifrit-agent is NOT running";
  if (status === null) return [head, "nothing is known of an earlier run"];
  const lines = [
    `${head}, version ${status.version}, machine ${status.machineId}`,
    `enrollment ${status.enrollment}, cluster ${status.clusterId ?? "not known yet"}`,
    `last check-in ${status.lastCheckInAtMs === null ? "never" : new Date(status.lastCheckInAtMs).toISOString()}`,
  ];
  if (status.lastError !== null)
    lines.push(`${status.checkInFailures} check-ins failed since: ${status.lastError}`);
  if (!status.changesAllowed) lines.push(`no changes now: ${status.blockedBecause}`);
  if (status.trust !== undefined) lines.push(...trustLines(status.trust));
  for (const agent of status.agents) {
    const target = agent.targetVersion === null ? "" : ` → ${agent.targetVersion}`;
    const process = agent.pid === null ? "" : `, pid ${agent.pid}`;
    lines.push(
      `${agent.name} ${agent.version ?? "not installed"}${target}: ${agent.phase}${process}`,
    );
    if (agent.failure !== null) lines.push(`  ${agent.failure.reason}: ${agent.failure.message}`);
  }
  return lines;
}
