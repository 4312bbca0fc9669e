import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { planIssueCodes } from "../contract/release-vocabulary.ts";
import { markKnownBad } from "../known-bad/mark-known-bad.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine, machineFacts } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { createRelease } from "./create-release.ts";
import { previewRelease } from "./preview-release.ts";
import { releaseDetail } from "./release-detail.ts";

const ctx = systemContext("li", "test");
const agentName = "log-agent";
let services: Services;
let clusterId: string;
let elsewhere: string;

beforeEach(async () => {
  services = await createTestServices({});
  clusterId = (await createCluster(services)).id;
  elsewhere = (await createCluster(services)).id;
  for (const version of ["1.0.0", "2.0.0"]) await createPackage(services, { agentName, version });
  for (let index = 0; index < 40; index += 1)
    await createMachine(services, clusterId, {
      ...{ id: `m-${index}`, slot: index * 400 },
      facts: machineFacts({ labels: { room: `r${index % 4}` } }),
    });
  await createMachine(services, elsewhere, { id: "m-there" });
  await createMachine(services, clusterId, { id: "m-parked", status: "parked" });
  await createMachine(services, clusterId, { id: "m-arm", type: "ARM64" });
});

const full = { kind: "full", gate: {} };
const named = (...machineIds: string[]) => ({ kind: "gray", machineIds, gate: {} });
const selected = (select: object) => ({ kind: "gray", select, gate: {} });
const cluster = (id: string, ...stages: object[]) => ({ clusterId: id, stages });
const planOf = (extra: object = {}, ...stages: object[]) =>
  ReleasePlan.parse({
    ...{ agentName, version: "1.0.0", machineTypes: ["LINUX"] },
    clusters: [cluster(clusterId, ...(stages.length > 0 ? stages : [full]))],
    ...extra,
  });
const refused = (plan: ReleasePlan, previewId?: string) =>
  createRelease(services, ctx, { plan, previewId }).then(
    () => [],
    ({ code, issues }) => issues.map((one: object) => ({ problem: code, ...one })),
  );

describe("a plan that cannot be released is refused with problem, code and place", () => {
  const seen = new Set<string>();
  const second = "clusters.0.stages.0.machineIds.1";
  const bad = { agentName, version: "2.0.0", sha256: null, clusterId: null, reason: "slow" };
  const cases: [string, string, () => ReleasePlan | Promise<ReleasePlan>][] = [
    ["noAgent", "agentName", () => planOf({ agentName: "no-agent" })],
    ["noVersion", "version", () => planOf({ version: "9.0.0" })],
    ["noCluster", "clusters.0.clusterId", () => planOf({ clusters: [cluster("nowhere", full)] })],
    [
      ...(["clusterTwice", "clusters.1.clusterId"] as const),
      () => planOf({ clusters: [cluster(clusterId, full), cluster(clusterId, full)] }),
    ],
    ["noMachine", second, () => planOf({}, named("m-1", "m-nobody"), full)],
    ["machineElsewhere", second, () => planOf({}, named("m-1", "m-there"), full)],
    ["machineNotAccepted", second, () => planOf({}, named("m-1", "m-parked"), full)],
    ["machineTypeLeftOut", second, () => planOf({}, named("m-1", "m-arm"), full)],
    [
      ...(["nobodySelected", "clusters.0.stages.0.select"] as const),
      () => planOf({}, selected({ labels: { room: "r9" } }), full),
    ],
    [
      ...(["knownBad", "version"] as const),
      async () => {
        await markKnownBad(services, ctx, bad);
        return planOf({ version: "2.0.0" });
      },
    ],
    [
      ...(["knownBad", "clusters.1.clusterId"] as const),
      async () => {
        await markKnownBad(services, ctx, { ...bad, clusterId: elsewhere });
        const clusters = [cluster(clusterId, full), cluster(elsewhere, full)];
        return planOf({ version: "2.0.0", clusters });
      },
    ],
  ];

  test.each(cases)("%s at %s", async (code, path, make) => {
    seen.add(code);
    const issues = await refused(await make());
    expect(issues).toEqual([expect.objectContaining({ problem: "invalid_request", code, path })]);
    // Each is a sentence in English, and values for one in any language.
    expect(issues[0].message.length).toBeGreaterThan(10);
    expect(Object.keys(issues[0].values).length).toBeGreaterThan(0);
  });

  test("several at once", async () => {
    const plan = planOf({ version: "9.0.0" }, named("m-nobody", "m-there"), full);
    expect((await refused(plan)).map(({ code }: { code: string }) => code)).toEqual([
      ...["noVersion", "noMachine", "machineElsewhere"],
    ]);
  });

  test("drift has codes of its own, and every code of the table has been seen", async () => {
    const one = planOf({}, selected({ machinesMax: 1 }), full);
    const { previewId, clusters } = await previewRelease(services, one);
    const [first] = clusters[0]!.stages[0]!.machineIds!;
    // Another one takes its place, since machines that are online come first.
    await services.db.update(machines).set({ lastSeenAtMs: 1 }).where(eq(machines.id, first!));
    expect(await refused(one, previewId)).toMatchObject([
      { problem: "conflict", code: "otherGray", path: "clusters.0" },
    ]);
    const plain = await previewRelease(services, planOf());
    for (let index = 0; index < 6; index += 1) await createMachine(services, clusterId);
    expect(await refused(planOf(), plain.previewId)).toMatchObject([
      { problem: "conflict", code: "moreWouldChange", path: "clusters.0.stages.0" },
    ]);
    const now = await previewRelease(services, planOf());
    const state = {
      clusterId,
      agentName,
      machineType: "LINUX" as const,
      slot: 0,
      version: "0.9.0",
    };
    for (let index = 0; index < 6; index += 1)
      await services.db.insert(machineAgentStates).values({
        ...{ ...state, machineId: `m-${index}`, phase: "running", reportedAtMs: 1, changedAtMs: 1 },
      });
    expect(await refused(planOf(), now.previewId)).toMatchObject([
      { code: "othersWouldChange", values: { version: "0.9.0", now: 6, shown: 0 } },
    ]);
    const ofDrift = ["moreWouldChange", "othersWouldChange", "otherGray"];
    // Those of signatures are seen where packages have to be signed: refuse-unsigned and its tests.
    const ofSignatures = ["notSigned", "signatureRefused"];
    expect([...seen, ...ofDrift, ...ofSignatures].sort()).toEqual([...planIssueCodes].sort());
  });
});

describe("gray machines", () => {
  const gray = async (stage: object) => {
    const plan = planOf({}, stage, { kind: "batch", upToPercent: 7, gate: {} }, full);
    const { id } = await createRelease(services, ctx, { plan });
    const stored = (await releaseDetail(services, id)).plan.clusters[0]!.stages[0]!;
    return stored.kind === "gray" ? stored.machineIds : [];
  };

  test("are named, or found by label, by a share that is stable, or by a number", async () => {
    expect(await gray(named("m-3", "m-4"))).toEqual(["m-3", "m-4"]);
    const room = await gray(selected({ labels: { room: "r2" } }));
    expect(room.map((id) => Number(id.slice(2)) % 4)).toEqual(Array(10).fill(2));
    const fifth = await gray(selected({ percent: 20 }));
    expect(fifth).toHaveLength(8);
    expect((await gray(selected({ percent: 50 }))).slice(0, 8)).toEqual(fifth);
    expect(await gray(selected({ percent: 50, machinesMax: 3 }))).toEqual(fifth.slice(0, 3));
    const both = await gray(selected({ labels: { room: "r2" }, percent: 11 }));
    expect(both).toEqual(room.slice(0, 2));
  });

  test("a preview names them, and its confirmation gives the same ones", async () => {
    const plan = planOf({}, selected({ percent: 10 }), full);
    const { previewId, clusters } = await previewRelease(services, plan);
    const { id } = await createRelease(services, ctx, { plan, previewId });
    const [stage] = (await releaseDetail(services, id)).plan.clusters[0]!.stages;
    expect(clusters[0]?.stages[0]?.machineIds).toEqual(
      (stage as { machineIds: string[] }).machineIds,
    );
    expect(clusters[0]?.stages[0]?.machineIds).toHaveLength(4);
  });
});
