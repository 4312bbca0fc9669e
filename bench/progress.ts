import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseClusters } from "../drizzle/schema/release-clusters.ts";
import { releases } from "../drizzle/schema/releases.ts";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { ReleasePlan } from "../lib/contract/release-plan.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { readClusterFacts } from "../lib/releases/read-facts.ts";
import { releaseDetail } from "../lib/releases/release-detail.ts";
import { loadRelease } from "../lib/releases/release-rows.ts";
import { createAgent, seedFleet } from "./seed-fleet.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * A release that is half-way through a cluster of a million machines: its facts as the advance job
 * reads them every two seconds, comparison with the control group included, and the release's page
 * with its failures. Beside the floor: one bare GROUP BY over the index of the states, which answers
 * less (nothing of who is online, of machines without the agent, of failures by reason, of budgets).
 *
 * IFRIT_BENCH_MACHINES: another size. IFRIT_BENCH_FOLDER: a folder for the stores that is kept, so
 * that the next run need not seed again.
 */

const machines = Number(process.env.IFRIT_BENCH_MACHINES ?? 1_000_000);
const kept = process.env.IFRIT_BENCH_FOLDER;
const rounds = 9;
const clusterId = "bench";
const releaseId = 2;

const folder = kept ?? mkdtempSync(join(tmpdir(), "ifrit-bench-"));
mkdirSync(folder, { recursive: true });
const stores = await openBenchStores(folder);
const services = openBenchServices(stores.env);
try {
  if (services.redis.status !== "ready") await once(services.redis, "ready");
  await main();
} finally {
  await closeServices(services);
  await stores.stop();
  if (!kept) rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const seedMs = await seedOnce();
  const { record } = await loadRelease(services.db, releaseId);
  const [subject, detail, floor]: [number[], number[], number[]] = [[], [], []];
  let facts = await readClusterFacts(services, record, clusterId);
  for (let round = 0; round <= rounds; round += 1) {
    const read = await timed(async () => {
      facts = await readClusterFacts(services, record, clusterId);
    });
    const page = await timed(() => releaseDetail(services, releaseId));
    const least = await timed(() => bareGroupBy(services));
    // The first round warms up.
    if (round === 0) continue;
    subject.push(read);
    detail.push(page);
    floor.push(least);
    const told = [
      `facts ${read.toFixed(0)}`,
      `page ${page.toFixed(0)}`,
      `floor ${least.toFixed(0)}`,
    ];
    process.stdout.write(`round ${round}: ${told.join(", ")} ms\n`);
  }
  const targeted = facts.stages.reduce((sum, stage) => sum + stage.targeted, 0);
  if (targeted !== machines) throw new Error(`${targeted} machines counted`);
  const compared = facts.comparison?.strata.map(({ treatment }) => treatment.machines) ?? [];
  if (compared.length === 0 || compared.includes(0)) throw new Error("nothing was compared");
  const summary = {
    bench: "progress",
    subject: round1(median(subject)),
    floor: round1(median(floor)),
    ratio: Math.round((median(floor) / median(subject)) * 100) / 100,
    unit: "ms per facts of a cluster; ratio = floor / subject; floor: one index-only GROUP BY",
    ...{ machines, rounds, stages: facts.stages.length, seedSeconds: Math.round(seedMs / 1000) },
    slowestMs: round1(Math.max(...subject)),
    detailMs: round1(median(detail)),
    slowestDetailMs: round1(Math.max(...detail)),
    offline: facts.stages.reduce((sum, stage) => sum + stage.offline + stage.goneDark, 0),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

/** How long it took; 0 when the folder brought them along. */
async function seedOnce(): Promise<number> {
  if (await services.db.$count(releases)) return 0;
  await createCluster(services, systemContext("bench", "bench"), { id: clusterId, name: "Bench" });
  await createAgent(services);
  await createHalfDoneRelease(services);
  const seedMs = await timed(() => seedFleet(services, { clusterId, machines }));
  process.stdout.write(`seeded ${machines} machines in ${(seedMs / 1000).toFixed(0)} s\n`);
  return seedMs;
}

/** Up to 50 % are open, so that there is something to compare with. */
async function createHalfDoneRelease({ db, now }: Services): Promise<void> {
  const timestampMs = now();
  const { agentName, version } = plan();
  const openedAtMs = [timestampMs, timestampMs, timestampMs];
  await db.insert(releases).values({
    ...{ id: releaseId, agentName, version, plan: plan(), state: "running" },
    ...{ timestampMs, createdBy: "bench", createdAtMs: timestampMs },
  });
  await db.insert(releaseClusters).values({
    ...{ releaseId, clusterId, position: 0, state: "batch", stageIndex: 2 },
    stageOpenedAtMs: openedAtMs,
  });
}

function plan(): ReleasePlan {
  return ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "2.0.0", machineTypes: ["LINUX", "CONTAINER"] },
    clusters: [
      {
        clusterId,
        stages: [
          { kind: "batch", upToPercent: 1, gate: {} },
          { kind: "batch", upToPercent: 10, gate: {} },
          { kind: "batch", upToPercent: 50, gate: {} },
          { kind: "full", gate: {} },
        ],
      },
    ],
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
