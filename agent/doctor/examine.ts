import { agentPaths } from "@contract/headers.ts";
import { TrustFloors } from "@contract/verify-floors.ts";
import { type AgentConfig, readConfig } from "../identity/config.ts";
import { freeBytesAt } from "../install/disk-space.ts";
import type { Layout } from "../layout.ts";
import { readJson } from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";
import type { ProcessTable } from "../platform/process-table.ts";
import { lockRoot } from "../platform/root-lock.ts";
import { AgentStatus } from "../report/status-file.ts";
import { readRoot } from "../trust/kept-root.ts";
import { readSealed } from "../trust/sealed-file.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { judgeClock, judgeEnrollment, judgeMaster, judgeSpace } from "./judge.ts";
import { judgeTrust } from "./judge-trust.ts";

const answerTimeoutMs = 10_000;

/** Everything that ifrit-agent needs of its machine and of its master, each with a remedy where it is amiss. */
export async function examine(given: {
  layout: Layout;
  processes: ProcessTable;
  fetcher: typeof fetch;
  nowMs: number;
}): Promise<Finding[]> {
  const { layout } = given;
  const config = await readConfig(layout);
  const findings = [
    await examineRunning(layout),
    await examineWriting(layout.root),
    judgeSpace(await freeBytesAt(layout.root), layout.root),
    await examineProcesses(given.processes),
  ];
  if (config === null) {
    return [
      ...findings,
      failed("configuration", `${layout.config} is missing or damaged`, "run `ifrit-agent enroll`"),
    ];
  }
  findings.push(ok("configuration", `machine ${config.machineId}, type ${config.machineType}`));
  findings.push(await examineSecrets(layout));
  findings.push(judgeEnrollment(config.enrollment, config.clusterId));
  findings.push(await examineTrust(layout, config, given.nowMs));
  return [...findings, ...(await examineMaster(config, given.fetcher, given.nowMs))];
}

async function examineRunning(layout: Layout): Promise<Finding> {
  const lock = await lockRoot(layout.lock).catch(() => null);
  lock?.release();
  if (lock === null) return ok("ifrit-agent", "it is running");
  return warning(
    "ifrit-agent",
    "it is not running",
    "start its service: systemctl start ifrit-agent; see `ifrit-agent service --help`",
  );
}

async function examineWriting(root: string): Promise<Finding> {
  const path = `${root}/.doctor-${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(path, "");
    await Deno.remove(path);
    return ok("root folder", `${root} can be written`);
  } catch (error) {
    return failed(
      "root folder",
      errorText(error),
      "mount the disk for writing, and give the folder to the user that ifrit-agent runs as",
    );
  }
}

async function examineProcesses(processes: ProcessTable): Promise<Finding> {
  try {
    const [self] = await processes.stat([Deno.pid]);
    if (self !== undefined) return ok("processes", "/proc can be read through /bin/sh");
    return failed(
      "processes",
      "/proc does not show this process",
      "mount /proc without hidepid, or let ifrit-agent's user see it",
    );
  } catch (error) {
    return failed(
      "processes",
      errorText(error),
      "ifrit-agent needs /bin/sh, cat, grep, ls and env",
    );
  }
}

async function examineSecrets(layout: Layout): Promise<Finding> {
  for (const path of [layout.config, layout.key]) {
    const mode = (await Deno.stat(path).catch(() => null))?.mode ?? 0;
    if ((mode & 0o077) !== 0) {
      return failed(
        "secrets",
        `${path} can be read by others`,
        `chmod 600 ${path}, and enroll the machine anew`,
      );
    }
  }
  return ok("secrets", "only ifrit-agent's user can read its key");
}

/** Reads only: the running ifrit-agent mends what it can. */
async function examineTrust(layout: Layout, config: AgentConfig, nowMs: number): Promise<Finding> {
  const root = await readRoot(layout, false);
  const floors = await readSealed(layout.trust.floors, TrustFloors, false);
  const status = (await readJson(layout.status, AgentStatus).catch(() => null))?.trust;
  const pinned = config.trust !== undefined;
  return judgeTrust({ pinned, root, floors: floors.state, status, nowMs });
}

async function examineMaster(
  config: AgentConfig,
  fetcher: typeof fetch,
  nowMs: number,
): Promise<Finding[]> {
  const url = new URL(agentPaths.desiredState, config.masterUrl);
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const response = await fetcher(url, { redirect: "manual", signal });
    await response.body?.cancel();
    const master = judgeMaster(url.origin, { status: response.status });
    return [master, judgeClock(response.headers.get("date"), nowMs)];
  } catch (error) {
    return [judgeMaster(url.origin, { error: errorText(error) })];
  }
}
