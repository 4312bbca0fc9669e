import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { agentPaths, header } from "../lib/contract/headers.ts";
import { slotOf } from "../lib/desired-state/slot.ts";
import { machineTokenKey, signMachineToken } from "../lib/machines/machine-token.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices } from "../lib/platform/services.ts";
import { serveDevelopmentTrust } from "../lib/signing/serve-development-trust.ts";
import { type Load, type LoadResult, loadGenerator } from "./load.ts";
import { type BenchServer, cpuMsOf, startBenchServer } from "./servers.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * Steady check-ins (304) against the whole server, which signs, beside others that run in the same
 * rounds: the same server without a root document, so that nothing is signed; the floor (bare node:http,
 * a constant 304); and the usual design (node:http and one Redis GET).
 * Rounds are interleaved and medians are taken, so that what else the machine does hits all alike.
 */

const machines = 2_000;
const connections = 32;
const roundSeconds = 2;
const rounds = 5;
const clusterId = "bench";
const modes = ["keep-alive", "close"] as const;
type Mode = (typeof modes)[number];
type Sample = LoadResult & { cpuMicrosPerRequest: number };

const folder = mkdtempSync(join(tmpdir(), "ifrit-bench-"));
const cleanUps: (() => Promise<unknown>)[] = [];
try {
  await main();
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const env = await openStores("signing");
  const unsigned = await openStores("unsigned");
  const servers = {
    subject: await open("subject", "../server.ts", env),
    unsigned: await open("unsigned", "../server.ts", unsigned),
    floor: await open("floor", "./servers/floor.ts", {}),
    oneGet: await open("one Redis GET", "./servers/one-get.ts", { REDIS_URL: env.REDIS_URL }),
  };
  const etag = await currentEtag(servers.subject.port, tokenOf(env.IFRIT_SECRET, "bench-0"), true);
  await currentEtag(servers.unsigned.port, tokenOf(unsigned.IFRIT_SECRET, "bench-0"), false);
  const { name: generator, drive } = loadGenerator(folder);
  const samples = new Map<string, Sample[]>();
  for (let round = 0; round <= rounds; round += 1)
    for (const mode of modes)
      for (const server of Object.values(servers)) {
        const { IFRIT_SECRET: secret } = server === servers.unsigned ? unsigned : env;
        const requests = machineRequests(secret, etag, mode);
        const load: Load = { port: server.port, requests, connections, seconds: roundSeconds };
        const sample = await measure(server, load, drive);
        // The first round warms all of them up.
        if (round === 0) continue;
        const key = `${server.name} ${mode}`;
        samples.set(key, [...(samples.get(key) ?? []), sample]);
        say(`round ${round} ${mode.padEnd(10)} ${server.name.padEnd(14)} ${line(sample)}`);
      }
  say(JSON.stringify(summary(samples, generator)));
}

function summary(samples: Map<string, Sample[]>, generator: string): object {
  return {
    bench: "checkin",
    ...compare(samples, "keep-alive"),
    unit: "requests/s, kept-alive",
    connectionPerRequest: compare(samples, "close"),
    ...{ machines, connections, rounds, roundSeconds, generator },
  };
}

/**
 * Ratios are taken within each round and then their median, since neighbours slow whole rounds.
 * ratioByCpu compares the processor time per request, which neighbours change least.
 */
function compare(samples: Map<string, Sample[]>, mode: Mode) {
  const of = (name: string, key: keyof Sample) =>
    (samples.get(`${name} ${mode}`) ?? []).map((sample) => sample[key]);
  const [subject, unsigned, floor, oneGet] = [
    ...["subject", "unsigned", "floor", "one Redis GET"],
  ].map((name) => of(name, "requestsPerSecond")) as [number[], number[], number[], number[]];
  const cpu = {
    subject: of("subject", "cpuMicrosPerRequest"),
    unsigned: of("unsigned", "cpuMicrosPerRequest"),
    floor: of("floor", "cpuMicrosPerRequest"),
  };
  return {
    subject: Math.round(median(subject)),
    floor: Math.round(median(floor)),
    ratio: round2(median(subject.map((value, round) => value / floor[round]!))),
    ratioByCpu: round2(median(cpu.floor.map((value, round) => value / cpu.subject[round]!))),
    signing: {
      unsigned: Math.round(median(unsigned)),
      ratio: round2(median(subject.map((value, round) => value / unsigned[round]!))),
      ratioByCpu: round2(median(cpu.unsigned.map((value, round) => value / cpu.subject[round]!))),
    },
    nodeAndRedis: Math.round(median(oneGet)),
    p99Ms: round2(median(of("subject", "p99Ms"))),
    cpuMicrosPerRequest: round2(median(cpu.subject)),
  };
}

async function measure(
  server: BenchServer,
  load: Load,
  drive: (load: Load) => Promise<LoadResult>,
): Promise<Sample> {
  const before = cpuMsOf(server.pid);
  const result = await drive(load);
  const cpuMs = cpuMsOf(server.pid) - before;
  return { ...result, cpuMicrosPerRequest: (cpuMs * 1000) / result.requests };
}

async function open(name: string, file: string, env: Record<string, string>): Promise<BenchServer> {
  const server = await startBenchServer(name, file, env);
  cleanUps.push(server.stop);
  return server;
}

type StoresEnv = Record<string, string> & { IFRIT_SECRET: string; REDIS_URL: string };

/** Private stores with one cluster, and the settings of a master on them. */
async function openStores(kind: "signing" | "unsigned"): Promise<StoresEnv> {
  const own = join(folder, kind);
  mkdirSync(own);
  const { env, stop } = await openBenchStores(own);
  cleanUps.push(stop);
  const services = openBenchServices(env);
  await createCluster(services, systemContext("bench", "bench"), { id: clusterId, name: "Bench" });
  if (kind === "signing") await serveDevelopmentTrust(services.env, Date.now());
  await closeServices(services);
  return env as StoresEnv;
}

function tokenOf(secret: string, machineId: string): string {
  const claims = { machineId, clusterId, type: "LINUX", slot: slotOf(machineId) } as const;
  return signMachineToken(machineTokenKey(secret), claims, Date.now() + 3_600_000);
}

async function currentEtag(port: number, token: string, signed: boolean): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${agentPaths.desiredState}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const etag = response.headers.get("etag");
  if (response.status !== 200 || !etag) throw new Error(`no desired state: ${response.status}`);
  if (response.headers.has(header.freshness) !== signed)
    throw new Error(`the server ${signed ? "signs nothing" : "signs"}`);
  return etag;
}

/** What ifrit-agents send, each with its own machine's token. The same kind of bytes goes to all servers. */
function machineRequests(secret: string, etag: string, mode: Mode): string[] {
  return Array.from({ length: machines }, (_, index) =>
    [
      `GET ${agentPaths.desiredState} HTTP/1.1`,
      "host: 127.0.0.1",
      `authorization: Bearer ${tokenOf(secret, `bench-${index}`)}`,
      `if-none-match: ${etag}`,
      `${header.appliedEtag}: ${etag}`,
      `${header.stateDigest}: ${index.toString(16).padStart(32, "0")}`,
      "user-agent: ifrit-agent",
      `connection: ${mode}`,
      "",
      "",
    ].join("\r\n"),
  );
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function line({ requestsPerSecond, p99Ms, cpuMicrosPerRequest }: Sample): string {
  const perSecond = Math.round(requestsPerSecond).toString().padStart(7);
  return `${perSecond}/s  p99 ${p99Ms.toFixed(2)} ms  ${cpuMicrosPerRequest.toFixed(1)} µs CPU`;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
