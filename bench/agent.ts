import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { denoEnvironment } from "../agent/service/permission-flags.ts";
import type { DesiredAgent } from "../lib/contract/desired-state.ts";
import { platforms } from "../lib/contract/platform.ts";
import { buildPackageArchive } from "../lib/packages/build-package-archive.ts";
import { type AgentBuild, buildAgent } from "../scripts/agent-build/build-program.ts";
import { type AgentMaster, startAgentMaster } from "./servers/agent-master.ts";

/*
 * What ifrit-agent weighs on a machine with ten managed agents, beside an idle Deno program that polls,
 * both at the same time and at the default cycles; then whether it grows over many fast cycles.
 */

const agents = 10;
const settleSeconds = 20;

const ticksPerSecond = 100;
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    cycles: { type: "string", default: "2000" },
  },
});
const idleSeconds = Number(values.seconds);
const cycles = Number(values.cycles);

const folder = mkdtempSync(join(tmpdir(), "ifrit-bench-"));
const root = join(folder, "root");
const started = new Set<ChildProcess>();
const opened: AgentMaster[] = [];
// The managed agents outlive everything else, so an early end has to clean up as well.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    for (const child of started) child.kill("SIGKILL");
    endManagedAgents();
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
try {
  await main();
} finally {
  for (const child of started) await end(child, "SIGKILL");
  endManagedAgents();
  for (const master of opened) master.close();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const build = await buildAgent({ outDir: join(folder, "build") });
  const { desired, archives } = await tenAgents();
  const master = await startAgentMaster(
    { schema: 1, clusterId: "bench", agents: desired },
    archives,
  );
  opened.push(master);
  mkdirSync(root);
  await enroll(build, master.url);
  const afterInstall = await install(build, master);
  const idle = await measureIdle(build, master);
  say(`idle: ${idle.rssMiB} MiB, poller ${idle.pollerRssMiB} MiB, ${idle.cpuPercent} % of a core`);
  const growth = await measureGrowth(build, master);
  say(
    JSON.stringify({
      bench: "agent",
      subject: idle.rssMiB,
      floor: idle.pollerRssMiB,
      ratio: round2(idle.pollerRssMiB / idle.rssMiB),
      unit: "MiB RSS at idle; ratio = floor / subject; floor: an idle Deno program that polls",
      timesFloor: round2(idle.rssMiB / idle.pollerRssMiB),
      timesQuietFloor: round2(idle.rssMiB / idle.quietRssMiB),
      ...{ agents, idleSeconds, cpuPercentOfCore: idle.cpuPercent },
      ...{ helperRssMiB: idle.helperRssMiB, rssMiBRightAfterInstall: afterInstall },
      ...growth,
      ...{ bundleBytes: readFileSync(build.bundlePath).length, cores: availableParallelism() },
    }),
  );
}

async function tenAgents() {
  const desired: DesiredAgent[] = [];
  const archives = new Map<string, Buffer>();
  for (let index = 0; index < agents; index += 1) {
    const name = `bench-agent-${index}`;
    const source = join(folder, name);
    mkdirSync(join(source, "files"), { recursive: true });
    writeFileSync(join(source, "files/readme"), name);
    const start = { command: ["sleep", "1000000"] };
    const manifest = { schema: 1, name, version: "1.0.0", platforms, start, settleSeconds: 0 };
    writeFileSync(join(source, "manifest.json"), JSON.stringify(manifest));
    const bytes = readFileSync((await buildPackageArchive(source, folder)).path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    archives.set(sha256, bytes);
    const ref = { sha256, size: bytes.length };
    const packages = Object.fromEntries(platforms.map((platform) => [platform, ref]));
    const release = { releaseId: index + 1, releasedAtMs: 1, scope: "default" as const };
    desired.push({ want: "present", name, version: "1.0.0", packages, ...release });
  }
  return { desired, archives };
}

async function enroll(build: AgentBuild, url: string): Promise<void> {
  const token = join(folder, "token");
  writeFileSync(token, "a-token-for-measurements");
  const grants = { root, masterUrl: url, read: [token] };
  const words = ["enroll", "--root", root, "--master", url, "--token-file", token];
  const child = start(build.denoPath, [...build.denoArguments(grants), ...words], denoEnvironment);
  const [code] = (await once(child, "exit")) as [number];
  if (code !== 0) throw new Error(`enroll ended with ${code}`);
}

/** MiB of the ifrit-agent that has just installed all of them. */
async function install(build: AgentBuild, { running }: AgentMaster): Promise<number> {
  const agent = run(build, ["--poll-seconds", "1"]);
  await until(() => running.size === agents, "the agents are installed");
  await sleep(5000);
  const rssMiB = rssOf(agent.pid);
  await end(agent, "SIGTERM");
  return rssMiB;
}

async function measureIdle(build: AgentBuild, { url }: AgentMaster) {
  const agent = run(build, []);
  const words = [
    ...["run", "--no-prompt", "--no-config", "--no-lock", "--allow-net=127.0.0.1"],
    fileURLToPath(new URL("servers/idle-poller.js", import.meta.url)),
    `${url}/nothing`,
  ];
  const poller = start(build.denoPath, words);
  // The same with what ifrit-agent's launcher tells Deno: no look for a newer Deno, one arena for malloc.
  const quietPoller = start(build.denoPath, words, denoEnvironment);
  await sleep(settleSeconds * 1000);
  const pids = [agent.pid, ...childrenOf(agent.pid).map((one) => one.pid)] as number[];
  const ticksBefore = ticksOf(pids);
  const startedAt = performance.now();
  const subject: number[] = [];
  const floor: number[] = [];
  const quietFloor: number[] = [];
  for (let second = 0; second < idleSeconds; second += 1) {
    await sleep(1000);
    subject.push(rssOf(agent.pid));
    floor.push(rssOf(poller.pid));
    quietFloor.push(rssOf(quietPoller.pid));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuPercent = round2(((ticksOf(pids) - ticksBefore) / ticksPerSecond / seconds) * 100);
  const helper = childrenOf(agent.pid).find((one) => one.command === "sh");
  const helperRssMiB = helper ? rssOf(helper.pid) : 0;
  await end(agent, "SIGTERM");
  for (const one of [poller, quietPoller]) await end(one, "SIGTERM");
  const [rssMiB, pollerRssMiB] = [median(subject), median(floor)];
  return { rssMiB, pollerRssMiB, quietRssMiB: median(quietFloor), cpuPercent, helperRssMiB };
}

/**
 * After as many cycles to warm up, the least of one soak is held against the least of another. Between
 * two collections RSS goes up with the garbage: two single looks would compare two moments of that.
 */
async function measureGrowth(build: AgentBuild, master: AgentMaster) {
  const agent = run(build, ["--poll-seconds", "0.01"]);
  await soak(agent, master);
  const startedAt = performance.now();
  const first = await soak(agent, master);
  const cyclesSeconds = Math.round((performance.now() - startedAt) / 1000);
  const second = await soak(agent, master);
  await end(agent, "SIGTERM");
  say(
    `twice ${cycles} cycles, each in about ${cyclesSeconds} s: ${JSON.stringify([first, second])}`,
  );
  return {
    ...{ cycles, cyclesSeconds, leastRssMiB: [first.rssMiB, second.rssMiB] },
    mostRssMiB: [first.mostRssMiB, second.mostRssMiB],
    rssGrowthMiB: round2(second.rssMiB - first.rssMiB),
    descriptorGrowth: second.descriptors - first.descriptors,
    zombies: second.zombies,
  };
}

type Soaked = { rssMiB: number; mostRssMiB: number; descriptors: number; zombies: number };

/** The least of many looks: between two cycles nothing is open that does not stay open. */
async function soak({ pid }: ChildProcess, { checkIns }: AgentMaster): Promise<Soaked> {
  const least: Soaked = {
    rssMiB: Infinity,
    mostRssMiB: 0,
    descriptors: Infinity,
    zombies: Infinity,
  };
  const begun = checkIns();
  const deadline = performance.now() + secondsOf(cycles) * 1000;
  while (checkIns() - begun < cycles) {
    if (performance.now() > deadline) throw new Error(`${cycles} cycles take too long`);
    const [rssMiB, open] = [rssOf(pid), readdirSync(`/proc/${pid}/fd`).length];
    const zombies = childrenOf(pid).filter((one) => one.state === "Z").length;
    least.rssMiB = Math.min(least.rssMiB, rssMiB);
    least.mostRssMiB = Math.max(least.mostRssMiB, rssMiB);
    least.descriptors = Math.min(least.descriptors, open);
    least.zombies = Math.min(least.zombies, zombies);
    await sleep(50);
  }
  return least;
}

/** A slow machine takes that long. */
function secondsOf(rounds: number): number {
  return 60 + rounds / 20;
}

function run(build: AgentBuild, options: readonly string[]): ChildProcess {
  const grants = { root, masterUrl: opened[0]?.url ?? "" };
  const words = [...build.denoArguments(grants), "run", "--root", root, ...options];
  return start(build.denoPath, words, denoEnvironment);
}

function start(program: string, words: readonly string[], more = {}): ChildProcess {
  const env = { ...process.env, HOME: folder, ...more };
  const shown = process.env.IFRIT_BENCH_LOG ? "inherit" : "ignore";
  const child = spawn(program, words, {
    stdio: ["ignore", shown, shown],
    env,
  });
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/** They outlive ifrit-agent; each works in a folder below the root. */
function endManagedAgents(): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(`${root}/`)) process.kill(Number(pid));
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}

async function until(reached: () => boolean, what: string, secondsMax = 60): Promise<void> {
  const deadline = performance.now() + secondsMax * 1000;
  while (!reached()) {
    if (performance.now() > deadline) throw new Error(`not within ${secondsMax} s: ${what}`);
    await sleep(50);
  }
}

function rssOf(pid: number | undefined): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return round2(Number(kibibytes) / 1024);
}

/** Of the processes and of the children that they have reaped. */
function ticksOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = statOf(pid)?.fields ?? [];
    return sum + [11, 12, 13, 14].reduce((ticks, index) => ticks + Number(fields[index]), 0);
  }, 0);
}

function childrenOf(pid: number | undefined) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null && Number(stat.fields[1]) === pid)
    .map((stat) => ({ pid: stat!.pid, command: stat!.command, state: stat!.fields[0] }));
}

function statOf(pid: number): { pid: number; command: string; fields: string[] } | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const close = line.lastIndexOf(")");
    const command = line.slice(line.indexOf("(") + 1, close);
    return { pid, command, fields: line.slice(close + 2).split(" ") };
  } catch {
    return null;
  }
}

function median(all: number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
