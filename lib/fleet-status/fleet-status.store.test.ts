import { beforeAll, describe, expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import {
  AgentDetail,
  AgentList,
  ClusterList,
  MachineDetail,
  MachineList,
  Overview,
} from "../contract/console-views.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { slotOf } from "../desired-state/slot.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createRelease } from "../releases/create-release.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine, machineFacts } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { agentDetail } from "./agent-detail.ts";
import { listAgents } from "./list-agents.ts";
import { listClusters } from "./list-clusters.ts";
import { listMachines, type MachineListQuery } from "./list-machines.ts";
import { machineDetail } from "./machine-detail.ts";
import { fleetOverview } from "./overview.ts";

let services: Services;

beforeAll(async () => {
  services = await createTestServices();
  await createCluster(services, { id: "bj", desiredRevision: 3, builtRevision: 2 });
  await createCluster(services, { id: "sh" });
  await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  await createPackage(services, { agentName: "log-agent", version: "1.1.0" });
  for (let index = 0; index < 25; index += 1) {
    const id = `m-${String(index).padStart(2, "0")}`;
    const facts = machineFacts({ addresses: [`10.0.0.${index}`] });
    await createMachine(services, index < 20 ? "bj" : "sh", {
      ...{ id, slot: slotOf(id), hostname: `web-${index}.example`, facts },
      ...(index === 3 ? { lastSeenAtMs: 1 } : {}),
      ...(index === 4 ? { status: "pending" as const } : {}),
      ...(index === 5 ? { status: "revoked" as const } : {}),
    });
    if (index < 10) await report(id, index);
  }
});

async function report(machineId: string, index: number): Promise<void> {
  await services.db.insert(machineAgentStates).values({
    ...{ machineId, agentName: "log-agent", clusterId: "bj", machineType: "LINUX" },
    ...{ slot: slotOf(machineId), phase: index === 0 ? "failed" : "running" },
    version: index < 3 ? "1.1.0" : "1.0.0",
    failure: index === 0 ? { reason: "disk_full", message: "no space", version: "1.1.0" } : null,
    ...{ reportedAtMs: services.now(), changedAtMs: services.now() },
  });
}

const page = async (query: Partial<MachineListQuery>) => {
  const { nextId, ...found } = await listMachines(services, { limit: 100, ...query });
  MachineList.parse({ ...found, nextCursor: nextId });
  return { ids: found.machines.map((machine) => machine.id), total: found.total, nextId };
};

describe("listMachines()", () => {
  test("pages through all machines once, with the whole count on every page", async () => {
    const seen: string[] = [];
    let afterId: string | undefined;
    for (;;) {
      const { ids, total, nextId } = await page({ limit: 10, afterId });
      expect(total).toBe(25);
      seen.push(...ids);
      if (!nextId) break;
      afterId = nextId;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength(25);
  });

  test.each([
    [{ cluster: "sh" }, 5],
    [{ q: "web-1.example" }, 1],
    [{ q: "10.0.0.7" }, 1],
    [{ q: "10.0.0.7, 10.0.0.8\nm-09" }, 3],
    [{ q: "100%" }, 0],
    [{ type: "WINDOWS" as const }, 0],
    [{ agent: "log-agent" }, 10],
    [{ agent: "log-agent", version: "1.1.0" }, 3],
    [{ agent: "log-agent", version: "1.1.0", phase: "failed" as const }, 1],
    [{ agent: "log-agent", phase: "unhealthy" as const }, 1],
    [{ connectivity: "offline" as const }, 1],
    [{ connectivity: "pending" as const }, 1],
    [{ connectivity: "online" as const, cluster: "sh" }, 5],
  ])("filters by %o", async (query, total) => {
    expect((await page(query)).total).toBe(total);
  });
});

test("clusters count their machines and say whether masters lag behind", async () => {
  const views = await listClusters(services);
  ClusterList.parse({ clusters: views });
  expect(views[0]).toMatchObject({
    id: "bj",
    machines: { total: 19, online: 17, offline: 1, pending: 1 },
    desiredState: { behind: true },
  });
  expect(views[1]?.machines.total).toBe(5);
});

test("agents show the versions that machines have, newest package first", async () => {
  const agents = await listAgents(services);
  AgentList.parse({ agents });
  expect(agents).toMatchObject([
    {
      ...{ name: "log-agent", versions: 2, latestVersion: "1.1.0", unhealthy: 1 },
      distribution: [
        { version: "1.0.0", machines: 7 },
        { version: "1.1.0", machines: 3 },
      ],
    },
  ]);
  expect((await listAgents(services, { cluster: "sh" }))[0]?.distribution).toEqual([]);
  const detail = AgentDetail.parse(await agentDetail(services, "log-agent"));
  expect(detail.packages.map((one) => one.version)).toEqual(["1.1.0", "1.0.0"]);
  await expect(agentDetail(services, "nobody")).rejects.toMatchObject({ code: "not_found" });
});

test("a machine shows what should be, what is, and whether they agree", async () => {
  const plan = ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "1.1.0", machineTypes: ["LINUX"] },
    clusters: [
      { clusterId: "bj", stages: [{ kind: "gray", machineIds: ["m-01", "m-06"], gate: {} }] },
    ],
  });
  const { id } = await createRelease(services, systemContext("tester", "test"), { plan });
  const view = async (machineId: string) =>
    MachineDetail.parse(await machineDetail(services, machineId)).agents[0];
  expect(await view("m-01")).toMatchObject({
    desired: { want: "present", version: "1.1.0", releaseId: id, scope: "gray" },
    ...{ actual: { version: "1.1.0" }, inSync: true },
  });
  expect(await view("m-06")).toMatchObject({ actual: { version: "1.0.0" }, inSync: false });
  expect(await view("m-07")).toMatchObject({ desired: null, inSync: true });
  await expect(machineDetail(services, "nobody")).rejects.toMatchObject({ code: "not_found" });
});

test("the overview tells what needs attention and what is in motion, also of one cluster", async () => {
  const overview = Overview.parse(await fleetOverview(services));
  expect(overview.machines.total).toBe(24);
  expect(overview.attention).toMatchObject([{ machineId: "m-00", reason: "disk_full" }]);
  expect(overview.runningReleases).toHaveLength(1);
  expect(overview.recentAudit[0]?.action).toBe("release.created");
  const other = Overview.parse(await fleetOverview(services, "sh"));
  expect([other.clusters.length, other.attention, other.runningReleases]).toEqual([1, [], []]);
});

test("a cluster nobody knows has nothing", async () => {
  const overview = Overview.parse(await fleetOverview(services, "nowhere"));
  expect(overview.machines.total).toBe(0);
});
