import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { and, count, eq } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { AgentPhase } from "../../lib/contract/agent-state.ts";
import { agentPaths, header } from "../../lib/contract/headers.ts";
import { flushCluster } from "../../lib/master/flush-cluster.ts";
import { refreshCluster } from "../../lib/master/refresh-cluster.ts";
import { packagePath } from "../../lib/packages/package-store.ts";
import { createDesiredEntry } from "../../lib/testing/create-desired-entry.ts";
import { createPackage } from "../../lib/testing/create-package.ts";
import type { FleetOptions, PhaseChange } from "./fleet/fleet-options.ts";
import { type Fleet, simulateFleet } from "./simulate-fleet.ts";
import { admitMachines } from "./testing/admit-machines.ts";
import { openMaster } from "./testing/open-master.ts";

type OpenMaster = Awaited<ReturnType<typeof openMaster>>;

const env = { IFRIT_POLL_SECONDS: 5, IFRIT_FAST_POLL_SECONDS: 3, IFRIT_FLUSH_SECONDS: 1 };
const agentName = "log-agent";
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function open(options: Parameters<typeof openMaster>[0] = {}): Promise<OpenMaster> {
  const opened = await openMaster({ env, ...options });
  cleanUps.push(opened.close);
  return opened;
}

function play(options: FleetOptions): Fleet {
  const fleet = simulateFleet({ timeScale: 10, spreadMs: 200, ...options });
  cleanUps.push(() => fleet.stop().catch(() => undefined));
  return fleet;
}

async function release(
  { services, cluster, master }: OpenMaster,
  releaseId: number,
  version: string | null,
) {
  if (version !== null) await createPackage(services, { agentName, version });
  const entry = { clusterId: cluster.id, releaseId, agentName, version };
  await createDesiredEntry(services, entry, { timestampMs: releaseId });
  await refreshCluster(master, cluster.id);
}

async function storedStates({ services, master, cluster }: OpenMaster) {
  await flushCluster(master, cluster.id);
  return services.db
    .select({
      version: machineAgentStates.version,
      phase: machineAgentStates.phase,
      machines: count(),
    })
    .from(machineAgentStates)
    .groupBy(machineAgentStates.version, machineAgentStates.phase)
    .orderBy(machineAgentStates.version);
}

test("a fleet enrolls, takes a release, rolls back where it fails, and MySQL knows it", async () => {
  const opened = await open();
  const fails = [{ agent: null, version: "1.1.0", share: 0.2, reason: null }];
  await release(opened, 1, "1.0.0");
  const { masterUrl, enrollmentToken } = opened;
  const fleet = play({ masterUrl, enrollmentToken, machines: 500, behaviours: { fails }, seed: 7 });

  const first = await fleet.untilConverged();
  expect(first).toMatchObject({ enrolled: 500, errors: {}, presence: { online: 500 } });
  expect(first.agents).toEqual({ [agentName]: { "1.0.0": { running: 500 } } });
  expect(first.entered.switching).toBe(500);
  expect(await storedStates(opened)).toEqual([
    { version: "1.0.0", phase: "running", machines: 500 },
  ]);

  await release(opened, 2, "1.1.0");
  await expect.poll(() => fleet.counts().entered.switching, { timeout: 15_000 }).toBe(1000);
  const second = await fleet.untilConverged();
  const failed = second.agents[agentName]?.["1.0.0"]?.failed ?? 0;
  expect(failed).toBeGreaterThan(60);
  expect(failed).toBeLessThan(140);
  expect(second.agents).toEqual({
    [agentName]: { "1.0.0": { failed }, "1.1.0": { running: 500 - failed } },
  });
  expect(await storedStates(opened)).toEqual([
    { version: "1.0.0", phase: "failed", machines: failed },
    { version: "1.1.0", phase: "running", machines: 500 - failed },
  ]);
  const [known] = await opened.services.db.select({ n: count() }).from(machines);
  expect(known?.n).toBe(500);

  const { services, cluster, master } = opened;
  await services.db
    .delete(desiredEntries)
    .where(and(eq(desiredEntries.clusterId, cluster.id), eq(desiredEntries.releaseId, 2)));
  await refreshCluster(master, cluster.id);
  await expect
    .poll(() => fleet.counts().agents, { timeout: 15_000 })
    .toEqual({ [agentName]: { "1.0.0": { running: 500 } } });
  expect((await fleet.stop()).errors).toEqual({});
}, 60_000);

test("blocked machines begin nothing, and one that is blocked before its switch does not switch", async () => {
  let blocked = false;
  const opened = await open({
    before: (req, res) => {
      if (blocked && req.url === agentPaths.desiredState)
        res.setHeader(header.change, "blocked; freeze");
    },
  });
  await release(opened, 1, "1.0.0");
  const changes: PhaseChange[] = [];
  const { masterUrl, services, cluster } = opened;
  const shape = { name: "held", machines: 300 };
  const admitted = await admitMachines(services, cluster.id, shape);
  const fleet = play({
    ...{ ...shape, ...admitted, masterUrl, behaviours: { slow: 0.5 }, timeScale: 5 },
    onPhase: (change) => changes.push(change),
  });
  const reached = (phase: AgentPhase) => () => fleet.counts().entered[phase] ?? 0;
  await expect.poll(reached("running"), { timeout: 15_000 }).toBeGreaterThan(0);
  const blockedAtMs = Date.now();
  blocked = true;
  // Every machine has asked once more: at the fast pace of 3 s, five times as fast.
  await sleep(1_000);
  const allKnowAtMs = Date.now();
  await sleep(2_000);
  const since = (atMs: number, phase: AgentPhase) =>
    changes.filter((change) => change.atMs > atMs && change.to === phase).length;
  expect(since(blockedAtMs, "pending")).toBeGreaterThan(0);
  expect(since(allKnowAtMs, "downloading") + since(allKnowAtMs, "switching")).toBe(0);
  expect(reached("switching")()).toBeLessThan(300);

  blocked = false;
  await expect.poll(reached("switching"), { timeout: 15_000 }).toBe(300);
}, 60_000);

test("agents that are blocked are left alone while others change; each asks by name before its switch", async () => {
  let hidden = `${agentName}; hold; holdId=3`;
  const asked = new Set<string>();
  const opened = await open({
    before: (req, res) => {
      if (req.url !== agentPaths.desiredState) return;
      if (hidden) res.setHeader(header.blockedAgents, hidden);
      const switching = req.headers[header.switching];
      if (switching) asked.add(String(switching));
    },
  });
  await createPackage(opened.services, { agentName: "mon-agent", version: "3.0.0" });
  const monitor = { clusterId: opened.cluster.id, agentName: "mon-agent", version: "3.0.0" };
  await createDesiredEntry(opened.services, { ...monitor, releaseId: 2 }, { timestampMs: 2 });
  await release(opened, 1, "1.0.0");
  const { masterUrl, services, cluster } = opened;
  const shape = { name: "parts", machines: 100 };
  const admitted = await admitMachines(services, cluster.id, shape);
  const fleet = play({ ...shape, ...admitted, masterUrl });
  const running = () =>
    Object.entries(fleet.counts().agents).map(
      ([name, versions]) => `${name} ${Object.values(versions)[0]?.running ?? 0}`,
    );
  await expect.poll(running, { timeout: 20_000 }).toEqual(["mon-agent 100"]);
  await sleep(1_000);
  expect([running(), [...asked]]).toEqual([["mon-agent 100"], ["mon-agent"]]);
  // A word that cannot be read blocks everything.
  hidden = "%%%";
  await sleep(1_000);
  expect(running()).toEqual(["mon-agent 100", `${agentName} 0`]);
  hidden = "";
  await expect
    .poll(() => running().sort(), { timeout: 20_000 })
    .toEqual([`${agentName} 100`, "mon-agent 100"]);
  expect([...asked].sort()).toEqual([agentName, "mon-agent"]);
}, 60_000);

test("with downloads, bytes that are not those of the release fail, and the rest runs", async () => {
  const opened = await open();
  const { services, cluster, master, masterUrl } = opened;
  const archive = Buffer.alloc(20_000, "bytes of a package ");
  for (const [version, bytes] of Object.entries({ good: archive, bad: Buffer.from("others") })) {
    const sha256 = createHash("sha256").update(archive).update(version).digest("hex");
    const stored = Buffer.concat([bytes, Buffer.from(version)]);
    await createPackage(services, {
      ...{ agentName: `${version}-agent`, version: "1.0.0", sha256, sizeBytes: stored.length },
    });
    const path = packagePath(services.env.IFRIT_DATA_DIR, sha256);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, stored);
    const entry = { clusterId: cluster.id, releaseId: 1, version: "1.0.0" };
    await createDesiredEntry(services, { ...entry, agentName: `${version}-agent` });
  }
  await refreshCluster(master, cluster.id);
  const shape = { name: "fetching", machines: 30 };
  const admitted = await admitMachines(services, cluster.id, shape);
  const fleet = play({ ...shape, ...admitted, masterUrl, download: true });
  await expect
    .poll(() => fleet.counts().agents, { timeout: 15_000 })
    .toEqual({
      ...{ "good-agent": { "1.0.0": { running: 30 } }, "bad-agent": { "-": { failed: 30 } } },
    });
  expect(fleet.counts().downloads).toBeGreaterThanOrEqual(60);
  const [id = ""] = fleet.machineIds();
  const [bad] = fleet.machine(id)!.agents.filter((agent) => agent.state.name === "bad-agent");
  expect(bad?.state.failure?.reason).toBe("digest_mismatch");
}, 60_000);

test("a fleet is played again from its memory, with the same machines and what they run", async () => {
  const opened = await open();
  await release(opened, 1, "1.0.0");
  const { masterUrl, enrollmentToken } = opened;
  const first = play({ masterUrl, enrollmentToken, machines: 50 });
  await first.untilConverged();
  await first.stop();
  const memory = JSON.parse(JSON.stringify(first.remember()));

  const second = play({ masterUrl, enrollmentToken, machines: 60, memory });
  const counts = await second.untilConverged();
  expect(second.machineIds().slice(0, 50)).toEqual(first.machineIds());
  expect(counts).toMatchObject({ enrolled: 10, errors: {} });
  expect(counts.entered.switching).toBe(10);

  await release(opened, 2, null);
  await expect.poll(() => second.counts().removed, { timeout: 15_000 }).toBe(60);
  await second.untilConverged();
  expect(await storedStates(opened)).toEqual([]);
}, 60_000);

test("a fleet whose enrollment token is refused ends with the master's words", async () => {
  const { masterUrl } = await open();
  const fleet = play({ masterUrl, enrollmentToken: "ife1_not-a-token-at-all", machines: 5 });
  await expect(fleet.done).rejects.toThrow(/enrollment token is not known/);
});
