import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { desiredEntries } from "../drizzle/schema/desired-entries.ts";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { machineTypes } from "../lib/contract/machine-type.ts";
import { rebuildDesiredState } from "../lib/desired-state/rebuild-desired-state.ts";
import type { DesiredEntry } from "../lib/desired-state/resolve.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * A whole rebuild of a busy cluster (MySQL → compose → Redis → pointer) after a change, beside the
 * least that it can cost: the same rows read and the same bytes written, with nothing in between.
 */

const clusterId = "bench";
const agents = 60;
const grayMachines = 1_000;
const batchReleases = 3;
const rounds = 15;
const base = { machineId: null, batch: null, batchCount: null, ringSalt: "" };
let values: [string, Buffer][] | undefined;

const folder = mkdtempSync(join(tmpdir(), "ifrit-bench-"));
const stores = await openBenchStores(folder);
const services = openBenchServices(stores.env);
try {
  if (services.redis.status !== "ready") await once(services.redis, "ready");
  await main();
} finally {
  await closeServices(services);
  await stores.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  await createCluster(services, systemContext("bench", "bench"), { id: clusterId, name: "Bench" });
  const entries = busyCluster();
  for (let start = 0; start < entries.length; start += 500)
    await services.db
      .insert(desiredEntries)
      .values(entries.slice(start, start + 500).map((entry) => ({ ...entry, clusterId })));
  const subject: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await insertChange(round);
    const rebuilt = await timed(() => rebuildDesiredState(services, clusterId, "bench"));
    const least = await timed(() => readAndWrite(services));
    // The first round warms up.
    if (round === 0) continue;
    subject.push(rebuilt);
    floor.push(least);
    process.stdout.write(
      `round ${round}: ${rebuilt.toFixed(0)} ms, floor ${least.toFixed(0)} ms\n`,
    );
  }
  const summary = {
    bench: "rebuild",
    subject: round1(median(subject)),
    floor: round1(median(floor)),
    ratio: Math.round((median(floor) / median(subject)) * 100) / 100,
    unit: "ms per rebuild after a change; ratio = floor / subject",
    ...{ entries: entries.length, agents, grayMachines, batchReleases, rounds },
    redisBytes: await generationBytes(services),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

/** Sixty agents on every type, three releases half-way through their batches, one for a thousand named machines. */
function busyCluster(): DesiredEntry[] {
  const defaults = machineTypes.flatMap((machineType) =>
    Array.from(
      { length: agents },
      (_, index): DesiredEntry => ({
        ...base,
        ...{ releaseId: index + 1, machineType, agentName: `agent-${index}`, scope: "default" },
        ...{ version: "1.0.0", timestampMs: 1_000 + index },
      }),
    ),
  );
  const batches = Array.from({ length: batchReleases }, (_, release) =>
    Array.from(
      { length: 50 },
      (_, batch): DesiredEntry => ({
        ...base,
        ...{ releaseId: 100 + release, machineType: "LINUX", agentName: `agent-${release}` },
        ...{ scope: "batch", batch: batch + 1, batchCount: 100, ringSalt: `salt-${release}` },
        ...{ version: "2.0.0", timestampMs: 5_000 },
      }),
    ),
  ).flat();
  const gray = Array.from(
    { length: grayMachines },
    (_, index): DesiredEntry => ({
      ...base,
      ...{ releaseId: 200, machineType: "LINUX", agentName: "agent-9", scope: "gray" },
      ...{ machineId: `machine-${index}`, version: "3.0.0", timestampMs: 6_000 },
    }),
  );
  return [...defaults, ...batches, ...gray];
}

async function insertChange(round: number): Promise<void> {
  await services.db.insert(desiredEntries).values({
    ...base,
    ...{ clusterId, releaseId: 1_000 + round, machineType: "LINUX", agentName: "agent-0" },
    ...{ scope: "default", version: `1.0.${round}`, timestampMs: 2_000 + round },
  });
}

async function readAndWrite({ pool, redis }: Services): Promise<void> {
  await pool.query("SELECT * FROM desired_entries WHERE cluster_id = ?", [clusterId]);
  const pipeline = redis.pipeline();
  for (const [key, bytes] of await generationValues()) pipeline.set(`floor:${key}`, bytes);
  await pipeline.exec();
}

async function generationValues(): Promise<[string, Buffer][]> {
  values ??= await readGenerationValues(services);
  return values;
}

async function readGenerationValues({ redis }: Services): Promise<[string, Buffer][]> {
  const { generation } = JSON.parse((await redis.get(`ifrit:{${clusterId}}:pointer`)) ?? "{}");
  const keys = await redis.keys(`ifrit:{${clusterId}}:g${generation}:*`);
  return Promise.all(
    keys.map(async (key): Promise<[string, Buffer]> => [key, (await redis.getBuffer(key))!]),
  );
}

async function generationBytes(from: Services): Promise<number> {
  return (await readGenerationValues(from)).reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(all: number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
