import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { ReleasePlan } from "../lib/contract/release-plan.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { newReleaseRecord } from "../lib/releases/engine/release-record.ts";
import { readClusterFacts } from "../lib/releases/read-facts.ts";
import { createAgent, seedFleet } from "./seed-fleet.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * The facts of a release that is half-way through a cluster of a million machines, beside the floor:
 * one bare GROUP BY over the index of the states, which answers less (nothing of who is online, of
 * machines without the agent, of failures by reason, of budgets).
 */

const machines = Number(process.env.IFRIT_BENCH_MACHINES ?? 1_000_000);
const rounds = 9;
const clusterId = "bench";

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
  await createAgent(services);
  const seedMs = await timed(() => seedFleet(services, { clusterId, machines }));
  process.stdout.write(`seeded ${machines} machines in ${(seedMs / 1000).toFixed(0)} s\n`);
  const release = newReleaseRecord(2, plan(), Date.now(), "running");
  const subject: number[] = [];
  const floor: number[] = [];
  let facts = await readClusterFacts(services, release, clusterId);
  for (let round = 0; round <= rounds; round += 1) {
    const read = await timed(async () => {
      facts = await readClusterFacts(services, release, clusterId);
    });
    const least = await timed(() => bareGroupBy(services));
    // The first round warms up.
    if (round === 0) continue;
    subject.push(read);
    floor.push(least);
    process.stdout.write(`round ${round}: ${read.toFixed(0)} ms, floor ${least.toFixed(0)} ms\n`);
  }
  const targeted = facts.stages.reduce((sum, stage) => sum + stage.targeted, 0);
  if (targeted !== machines) throw new Error(`${targeted} machines counted`);
  const summary = {
    bench: "progress",
    subject: round1(median(subject)),
    floor: round1(median(floor)),
    ratio: Math.round((median(floor) / median(subject)) * 100) / 100,
    unit: "ms per facts of a cluster; ratio = floor / subject; floor: one index-only GROUP BY",
    ...{ machines, rounds, stages: facts.stages.length, seedSeconds: Math.round(seedMs / 1000) },
    slowestMs: round1(Math.max(...subject)),
    offline: facts.stages.reduce((sum, stage) => sum + stage.offline + stage.goneDark, 0),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

function plan(): ReleasePlan {
  const stages = [
    { kind: "batch", upToPercent: 1, gate: {} },
    { kind: "batch", upToPercent: 10, gate: {} },
    { kind: "batch", upToPercent: 50, gate: {} },
    { kind: "full", gate: {} },
  ];
  return ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "2.0.0", machineTypes: ["LINUX", "CONTAINER"] },
    clusters: [{ clusterId, stages }],
  });
}

async function bareGroupBy({ pool }: Services): Promise<void> {
  await pool.query(
    `SELECT machine_type, version, phase, COUNT(*) FROM machine_agent_states
     WHERE cluster_id = ? AND agent_name = 'log-agent' GROUP BY machine_type, version, phase`,
    [clusterId],
  );
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
