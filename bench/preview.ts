import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holds } from "../drizzle/schema/holds.ts";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { ReleasePlan } from "../lib/contract/release-plan.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { previewRelease } from "../lib/releases/preview-release.ts";
import { createAgent, seedFleet } from "./seed-fleet.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * The preview of a release in a cluster of a million machines, beside the floor: one bare GROUP BY over
 * the index of the states, which answers less (nothing of who is online or held, of platforms, or of
 * machines without the agent). With it what makes a preview dearer: a hold by labels, for which every
 * machine's labels are looked at, and gray machines that are found by a share.
 *
 * IFRIT_BENCH_MACHINES: another size. IFRIT_BENCH_FOLDER: a folder for the stores that is kept, so
 * that the next run need not seed again.
 */

const machines = Number(process.env.IFRIT_BENCH_MACHINES ?? 1_000_000);
const kept = process.env.IFRIT_BENCH_FOLDER;
const rounds = 5;
const clusterId = "bench";
const teams = 100;

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
  await seedOnce(services);
  await services.db.delete(holds);
  const plain = plan([]);
  const gray = plan([{ kind: "gray", select: { percent: 1, machinesMax: 100 }, gate: {} }]);
  const preview = await measure("preview", () => count(plain));
  const floor = await measure("floor", () => bareGroupBy(services));
  const withGray = await measure("with gray machines to be found", () => count(gray));
  await hold({ machineId: "machine-00000007" });
  await hold({ labels: { team: "t7" } });
  const withHold = await measure("with a hold by labels", () => count(plain, machines / teams));
  const summary = {
    bench: "preview",
    ...{ subject: preview, floor, ratio: Math.round((floor / preview) * 100) / 100 },
    unit: "ms per preview of a cluster; ratio = floor / subject; floor: one index-only GROUP BY",
    ...{ machines, rounds, withHoldByLabelsMs: withHold, withGrayShareMs: withGray },
    rssMiB: Math.round(process.memoryUsage().rss / 1024 / 1024),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

async function seedOnce({ pool, db }: Services): Promise<void> {
  const [rows] = await pool.query("SELECT COUNT(*) AS clusters FROM clusters");
  if ((rows as { clusters: number }[])[0]!.clusters > 0) return;
  await createCluster(services, systemContext("bench", "bench"), { id: clusterId, name: "Bench" });
  await createAgent(services);
  await seedFleet(services, { clusterId, machines });
  await pool.query(
    `UPDATE machines SET facts = JSON_SET(facts, '$.labels', JSON_OBJECT('team',
       CONCAT('t', CAST(SUBSTRING(id, 9) AS UNSIGNED) % ${teams})))`,
  );
  await db.execute("ANALYZE TABLE machines, machine_agent_states");
  process.stdout.write(`seeded ${machines} machines\n`);
}

async function hold(target: { machineId: string } | { labels: Record<string, string> }) {
  const nowMs = services.now();
  await services.db.insert(holds).values({
    ...{ orderKey: JSON.stringify(target).slice(0, 36), owner: "bench", reason: "bench" },
    ...{ createdAtMs: nowMs, untilMs: nowMs + 3_600_000, ...target },
  });
}

function plan(first: object[]): ReleasePlan {
  const stages = [
    ...first,
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

/** A preview that leaves anybody out, or holds too few, is no measurement. */
async function count(asked: ReleasePlan, heldMin = 0): Promise<void> {
  const { clusters } = await previewRelease(services, asked);
  const stages = clusters.flatMap((cluster) => cluster.stages);
  const skipped = stages.flatMap((stage) => stage.skipped);
  const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
  const held = sum(skipped.map(({ reason, machines: of }) => (reason === "held" ? of : 0)));
  const all = sum(stages.map((stage) => stage.change + stage.offline));
  const told = all + sum(skipped.map((one) => one.machines));
  // Half of them have the version already, held or not.
  if (told !== machines || held < heldMin / 2.5)
    throw new Error(`${told} machines counted, ${held} held`);
}

async function bareGroupBy({ pool }: Services): Promise<void> {
  await pool.query(
    `SELECT machine_type, version, phase, COUNT(*) FROM machine_agent_states
     WHERE cluster_id = ? AND agent_name = 'log-agent' GROUP BY machine_type, version, phase`,
    [clusterId],
  );
}

/** The median; the first round warms up. */
async function measure(what: string, work: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const started = performance.now();
    await work();
    if (round > 0) all.push(performance.now() - started);
  }
  const median = Math.round(all.sort((a, b) => a - b)[all.length >> 1]! * 10) / 10;
  process.stdout.write(`${what}: ${median} ms\n`);
  return median;
}
