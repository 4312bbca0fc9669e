import { asc, eq, type SQL, sql } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import {
  ReleaseDetail,
  ReleaseList,
  ReleasePreview,
  type ReleaseVerb,
  releaseVerbs,
} from "../contract/console-views.ts";
import { DesiredState } from "../contract/desired-state.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { documentFor } from "../desired-state/compose-desired-state.ts";
import { composeFromDatabase } from "../desired-state/rebuild-desired-state.ts";
import { slotOf } from "../desired-state/slot.ts";
import { type RequestContext, systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { advanceReleases } from "./advance-releases.ts";
import { createRelease } from "./create-release.ts";
import { listReleases } from "./list-releases.ts";
import { orderRelease } from "./order-release.ts";
import { previewRelease } from "./preview-release.ts";
import { releaseDetail } from "./release-detail.ts";

const ctx = systemContext("tester", "test");
const viewer: RequestContext = {
  ...ctx,
  actor: { kind: "user", name: "vera", userId: 1, role: "viewer" },
};
let services: Services;
let nowMs = 1_800_000_000_000;
let agentName: string;
let clusterId: string;
let machineIds: string[];

beforeAll(async () => {
  services = await createTestServices({ now: () => nowMs });
});

beforeEach(async () => {
  await services.db.update(releases).set({ state: "aborted" });
  agentName = `agent-${unique()}`;
  clusterId = (await createCluster(services)).id;
  for (const version of ["1.0.0", "1.1.0", "2.0.0"])
    await createPackage(services, { agentName, version });
  machineIds = [];
  for (let index = 0; index < 10; index += 1) await addMachine();
});

async function addMachine(overrides: Parameters<typeof createMachine>[2] = {}): Promise<string> {
  const id = `m-${unique()}`;
  await createMachine(services, clusterId, { id, slot: slotOf(id), ...overrides });
  machineIds.push(id);
  return id;
}

function planOf(version: string | null, extra: object = {}): ReleasePlan {
  return ReleasePlan.parse({
    ...{ agentName, version, machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
    ...extra,
  });
}

const release = (version: string | null, extra: object = {}) =>
  createRelease(services, ctx, { plan: planOf(version, extra) });

const staged = (verification: "person" | "automatic" = "automatic") => ({
  clusters: [
    {
      ...{ clusterId, verification },
      stages: [
        { kind: "gray", machineIds: [machineIds[0]], gate: {} },
        { kind: "batch", upToPercent: 50, gate: { soakSeconds: 60 } },
        { kind: "full", gate: {} },
      ],
    },
  ],
});

const order = (verb: ReleaseVerb, to: { releaseId: number; clusterId?: string }) =>
  orderRelease(services, ctx, { verb, ...to });

/** Time passes, machines that are not lost check in, and the job runs. */
async function tick(seconds = 1): Promise<void> {
  nowMs += seconds * 1000;
  await services.db.execute(
    sql`UPDATE machines SET last_seen_at_ms = ${nowMs} WHERE last_seen_at_ms > 1`,
  );
  await advanceReleases(services);
}

const lose = (where: SQL) =>
  services.db.execute(sql`UPDATE machines SET last_seen_at_ms = 1 WHERE ${where}`);

/** What a rebuild would tell each machine: version, "absent", or null for "leave it alone". */
async function desired(): Promise<(string | null)[]> {
  const { composition } = await composeFromDatabase(services, clusterId);
  return machineIds.map((machineId) => {
    const machine = { machineId, type: "LINUX" as const, slot: slotOf(machineId) };
    const document = documentFor(composition, machine);
    const { agents } = DesiredState.parse(JSON.parse(document!.bytes.toString()));
    const agent = agents.find((one) => one.name === agentName);
    return agent ? (agent.want === "present" ? agent.version : "absent") : null;
  });
}

/** Machines do as they are told, all at once. */
async function obey(releaseId: number, overrides: object = {}): Promise<void> {
  for (const [index, version] of (await desired()).entries())
    if (version !== null && version !== "absent")
      await report(machineIds[index]!, { version, releaseId, ...overrides });
}

async function report(
  machineId: string,
  state: Partial<typeof machineAgentStates.$inferInsert>,
): Promise<void> {
  const row = {
    ...{
      machineId,
      agentName,
      clusterId,
      machineType: "LINUX" as const,
      phase: "running" as const,
    },
    ...{ slot: slotOf(machineId), reportedAtMs: nowMs, changedAtMs: nowMs, ...state },
  };
  await services.db.insert(machineAgentStates).values(row).onDuplicateKeyUpdate({ set: row });
}

const states = async (id: number) => {
  const detail = await releaseDetail(services, id);
  ReleaseDetail.parse(detail);
  return `${detail.state}/${detail.clusters.map((one) => one.state).join(",")}`;
};
const auditRows = async () => (await services.db.select().from(auditLog)).length;
const revision = async () =>
  (await services.db.select().from(clusters).where(eq(clusters.id, clusterId)))[0]!.desiredRevision;
const eventKinds = async (releaseId: number) =>
  (
    await services.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.releaseId, releaseId))
      .orderBy(asc(releaseEvents.id))
  ).map((event) => event.kind);

describe("createRelease()", () => {
  test("opens the first stage, and a rebuild says so to every machine", async () => {
    const before = { audit: await auditRows(), revision: await revision() };
    const { id } = await release("1.0.0");
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
    expect(await states(id)).toBe("running/full");
    expect(await auditRows()).toBe(before.audit + 1);
    expect(await revision()).toBe(before.revision + 1);
    expect(await eventKinds(id)).toEqual(["created", "started", "clusterStarted", "stageOpened"]);
  });

  test("gives each release of an agent a later timestamp, also when the clock stands still", async () => {
    const ids = [await release("1.0.0"), await release("1.1.0"), await release("2.0.0")];
    const rows = await Promise.all(
      ids.map(
        async ({ id }) =>
          (await services.db.select().from(releases).where(eq(releases.id, id)))[0]!,
      ),
    );
    const [one, two, three] = rows.map((row) => row.timestampMs);
    expect(one! < two! && two! < three!).toBe(true);
    expect(await desired()).toEqual(machineIds.map(() => "2.0.0"));
  });

  test("two releases of one agent at the same moment still have different timestamps", async () => {
    await Promise.all([release("1.0.0"), release("1.1.0"), release("2.0.0")]);
    const rows = await services.db.select().from(releases).where(eq(releases.agentName, agentName));
    expect(new Set(rows.map((row) => row.timestampMs)).size).toBe(3);
  });

  test.each([
    ["an unknown version", () => planOf("9.9.9"), "version"],
    ["an unknown agent", () => ({ ...planOf("1.0.0"), agentName: "nobody" }), "agentName"],
    [
      "an unknown cluster",
      () =>
        planOf("1.0.0", {
          clusters: [{ clusterId: "nowhere", stages: [{ kind: "full", gate: {} }] }],
        }),
      "clusters.0.clusterId",
    ],
    [
      "an unknown gray machine",
      () =>
        planOf("1.0.0", {
          clusters: [{ clusterId, stages: [{ kind: "gray", machineIds: ["no"], gate: {} }] }],
        }),
      "clusters.0.stages.0.machineIds.0",
    ],
  ])("refuses %s and says where, leaving nothing behind", async (_what, plan, path) => {
    const before = await auditRows();
    await expect(createRelease(services, ctx, { plan: plan() })).rejects.toMatchObject({
      code: "invalid_request",
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect(await auditRows()).toBe(before);
  });

  test("a viewer changes nothing, by any verb, and leaves no audit row", async () => {
    const { id } = await release("1.0.0");
    const before = { audit: await auditRows(), entries: await desired(), state: await states(id) };
    for (const verb of releaseVerbs)
      await expect(orderRelease(services, viewer, { releaseId: id, verb })).rejects.toMatchObject({
        code: "forbidden",
      });
    const attempt = createRelease(services, viewer, { plan: planOf("1.1.0") });
    await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
    expect({ audit: await auditRows(), entries: await desired(), state: await states(id) }).toEqual(
      before,
    );
  });
});

describe("audit", () => {
  test("a transaction that fails half-way leaves neither change nor audit row", async () => {
    await release("1.0.0");
    const before = await auditRows();
    const failing = auditedTransaction(services, ctx, async (tx, audit) => {
      await tx.delete(desiredEntries);
      await audit({ action: "release.aborted", subjectKind: "release", subjectId: "1" });
      throw new Error("pulled the plug");
    });
    await expect(failing).rejects.toThrow("pulled the plug");
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
    expect(await auditRows()).toBe(before);
  });

  test("a connection that is killed inside the transaction leaves neither", async () => {
    const before = await auditRows();
    const killed = () =>
      auditedTransaction(services, ctx, async (tx, audit) => {
        await tx.delete(releaseEvents);
        await audit({ action: "release.aborted", subjectKind: "release", subjectId: "1" });
        const [rows] = await tx.execute("SELECT CONNECTION_ID() AS id");
        const { id } = (rows as unknown as { id: number }[])[0]!;
        await services.pool.query(`KILL ${id}`);
        await tx.execute("SELECT 1");
      });
    await expect(killed()).rejects.toThrow();
    expect(await auditRows()).toBe(before);
  });
});

describe("stages", () => {
  test("a healthy release goes from gray to batch to full and completes", async () => {
    const { id } = await release("1.0.0", staged());
    expect((await desired()).filter((version) => version === "1.0.0")).toHaveLength(1);
    await tick();
    expect(await states(id)).toBe("running/gray");
    await obey(id);
    await tick();
    expect(await states(id)).toBe("running/batch");
    await obey(id);
    await tick();
    const soaking = await releaseDetail(services, id);
    expect(soaking.waitingFor?.code).toBe("soak");
    await tick(61);
    expect(await states(id)).toBe("running/full");
    await obey(id);
    await tick();
    expect(await states(id)).toBe("completed/verified");
    const detail = await releaseDetail(services, id);
    expect(detail.counts).toMatchObject({ targeted: 10, healthy: 10, pending: 0 });
    expect(detail.clusters[0]?.stages.map((stage) => stage.status)).toEqual([
      "passed",
      "passed",
      "passed",
    ]);
    expect(await eventKinds(id)).toEqual([
      ...["created", "started", "clusterStarted", "stageOpened"],
      ...["stageConverged", "stagePassed", "stageOpened"],
      ...["stageConverged", "stagePassed", "stageOpened"],
      ...["stageConverged", "stagePassed", "clusterConverging", "clusterConverged"],
      ...["clusterVerified", "completed"],
    ]);
  });

  test("a failing machine halts the release before the next stage, grouped by its reason", async () => {
    const { id } = await release("1.0.0", staged());
    await report(machineIds[0]!, {
      ...{ phase: "failed", targetVersion: "1.0.0", releaseId: id },
      failure: { reason: "exited_early", message: "exit code 1", version: "1.0.0" },
    });
    await tick();
    const detail = await releaseDetail(services, id);
    expect(detail.state).toBe("paused");
    expect(detail.waitingFor).toMatchObject({ code: "gateFailed", values: { reason: "failures" } });
    expect(detail.failures).toEqual([
      {
        ...{ reason: "exited_early", machines: 1 },
        examples: [
          { machineId: machineIds[0], hostname: `host-${machineIds[0]}`, message: "exit code 1" },
        ],
      },
    ]);
    expect((await desired()).filter((version) => version === "1.0.0")).toHaveLength(1);
  });

  test("with onGateFailure rollBack a failure takes everything back", async () => {
    await release("1.0.0");
    const { id } = await release("1.1.0", { onGateFailure: "rollBack" });
    await report(machineIds[3]!, { phase: "backoff", version: "1.1.0", releaseId: id });
    await tick();
    expect(await states(id)).toBe("rolledBack/rolledBack");
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
  });

  test("a machine that goes dark after the change counts as failed", async () => {
    const { id } = await release("1.0.0");
    await obey(id);
    await lose(sql`id = ${machineIds[2]}`);
    await tick();
    const detail = await releaseDetail(services, id);
    expect(detail.state).toBe("paused");
    expect(detail.failures[0]).toMatchObject({ reason: "gone_dark", machines: 1 });
  });

  test("silence is no progress: with every machine offline nothing moves until the deadline", async () => {
    await lose(sql`cluster_id = ${clusterId}`);
    const { id } = await release("1.0.0", {
      clusters: [{ clusterId, stages: [{ kind: "full", gate: { deadlineSeconds: 100 } }] }],
    });
    await tick();
    expect(await states(id)).toBe("running/full");
    expect((await releaseDetail(services, id)).counts).toMatchObject({ offline: 10, healthy: 0 });
    await tick(101);
    expect((await releaseDetail(services, id)).waitingFor).toMatchObject({
      ...{ code: "inconclusive", values: { reason: "noFacts" } },
    });
  });

  test("a manual gate waits for a person, and continue opens the next stage", async () => {
    const plan = staged();
    Object.assign(plan.clusters[0]!.stages[0]!, { gate: { manual: true } });
    const { id } = await release("1.0.0", plan);
    const early = order("continue", { releaseId: id });
    await expect(early).rejects.toMatchObject({ code: "release_not_running" });
    await obey(id);
    await tick();
    await tick();
    expect((await releaseDetail(services, id)).waitingFor?.code).toBe("person");
    await order("continue", { releaseId: id });
    expect(await states(id)).toBe("running/batch");
  });

  test("paused, nothing opens; continued, it goes on; failures once accepted do not stop it again", async () => {
    const { id } = await release("1.0.0", staged());
    await order("pause", { releaseId: id });
    await obey(id);
    await tick();
    expect(await states(id)).toBe("paused/gray");
    await order("continue", { releaseId: id });
    await report(machineIds[0]!, {
      ...{ phase: "failed", version: "1.0.0", releaseId: id },
      failure: { reason: "liveness_failed", message: "", version: "1.0.0" },
    });
    await tick();
    expect(await states(id)).toBe("paused/gray");
    await order("continue", { releaseId: id });
    await tick();
    expect(await states(id)).toBe("running/gray");
  });

  test("continue with everything opens all that remains in the cluster", async () => {
    const { id } = await release("1.0.0", staged());
    await order("continueAll", { releaseId: id });
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
    expect(await states(id)).toBe("running/full");
    const again = order("continueAll", { releaseId: id });
    await expect(again).rejects.toMatchObject({ issues: [{ message: "everythingIsOpen" }] });
  });

  test("the next cluster begins only after a person has verified the one before", async () => {
    const second = await createCluster(services);
    const stages = [{ kind: "full", gate: {} }];
    const { id } = await release("1.0.0", {
      clusters: [
        { clusterId, stages },
        { clusterId: second.id, stages, verification: "automatic" },
      ],
    });
    await obey(id);
    await tick();
    await tick();
    expect(await states(id)).toBe("running/waitingForVerification,waiting");
    expect((await releaseDetail(services, id)).waitingFor?.code).toBe("verification");
    await order("verifyCluster", { releaseId: id, clusterId });
    await tick();
    expect(await states(id)).toBe("running/verified,full");
    await tick();
    expect(await states(id)).toBe("completed/verified,verified");
  });
});

describe("rollBackRelease()", () => {
  test("restores exactly what held before, whatever stage each machine was in", async () => {
    await release("1.0.0");
    const middle = await release("1.1.0", staged());
    const between = await desired();
    const { id } = await release("2.0.0", staged());
    await order("continueAll", { releaseId: id });
    expect(await desired()).toEqual(machineIds.map(() => "2.0.0"));
    await order("rollBack", { releaseId: id });
    expect(await desired()).toEqual(between);
    await order("rollBack", { releaseId: middle.id });
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
    const twice = order("rollBack", { releaseId: id });
    await expect(twice).rejects.toMatchObject({ issues: [{ message: "rolledBack" }] });
  });

  test("an aborted release keeps what it opened, and can be rolled back afterwards", async () => {
    await release("1.0.0");
    const { id } = await release("1.1.0", staged());
    await order("abort", { releaseId: id });
    expect((await desired()).filter((version) => version === "1.1.0")).toHaveLength(1);
    await order("rollBack", { releaseId: id });
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
  });

  test("of one cluster leaves the others and pauses the release", async () => {
    const second = await createCluster(services);
    const stages = [{ kind: "full", gate: {} }];
    const { id } = await release("1.0.0", {
      clusters: [
        { clusterId, stages, verification: "automatic" },
        { clusterId: second.id, stages },
      ],
    });
    await obey(id);
    await tick();
    await order("rollBack", { releaseId: id, clusterId });
    expect(await states(id)).toBe("paused/rolledBack,full");
    expect(await desired()).toEqual(machineIds.map(() => null));
  });

  test("an absent release is explicit, and taking it back brings the agent back", async () => {
    await release("1.0.0");
    const { id } = await release(null);
    expect(await desired()).toEqual(machineIds.map(() => "absent"));
    await order("rollBack", { releaseId: id });
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
  });
});

describe("progress", () => {
  test("counts each machine once, by what it is at", async () => {
    await addMachine({ platform: "linux-arm64" });
    await addMachine({ lastSeenAtMs: 1 });
    await addMachine({ status: "parked" });
    const { id } = await release("1.1.0");
    const at = (index: number, state: object) =>
      report(machineIds[index]!, {
        version: "1.0.0",
        targetVersion: "1.1.0",
        releaseId: id,
        ...state,
      });
    await at(0, { phase: "downloading" });
    await at(1, { phase: "verifying" });
    await at(2, { phase: "switching" });
    await at(3, { phase: "watching", version: "1.1.0" });
    await at(4, { phase: "running", version: "1.1.0" });
    await at(5, {
      phase: "failed",
      failure: { reason: "disk_full", message: "", version: "1.1.0" },
    });
    await at(6, {
      phase: "running",
      failure: { reason: "exited_early", message: "", version: "1.1.0" },
    });
    expect((await releaseDetail(services, id)).counts).toEqual({
      ...{ targeted: 12, pending: 3, downloading: 2, switching: 1, watching: 1, healthy: 1 },
      ...{ failed: 2, offline: 1, notEligible: 1 },
    });
  });

  test("a machine that a newer release reaches is that release's business", async () => {
    const older = await release("1.0.0");
    await release("1.1.0", staged());
    expect((await releaseDetail(services, older.id)).counts.targeted).toBe(9);
  });

  test("lists are newest first and page on", async () => {
    const ids = [];
    for (const version of ["1.0.0", "1.1.0", "2.0.0"]) ids.push((await release(version)).id);
    const first = await listReleases(services, { agent: agentName, limit: 2 });
    ReleaseList.parse({ releases: first.releases, nextCursor: null });
    expect(first.releases.map((one) => one.id)).toEqual([ids[2], ids[1]]);
    const rest = await listReleases(services, {
      agent: agentName,
      limit: 2,
      beforeId: first.nextId!,
    });
    expect(rest.releases.map((one) => one.id)).toEqual([ids[0]]);
    expect(rest.nextId).toBeNull();
    const elsewhere = await listReleases(services, {
      agent: agentName,
      cluster: "other",
      limit: 2,
    });
    expect(elsewhere.releases).toEqual([]);
  });
});

describe("previewRelease()", () => {
  test("says who would change, from what, and who would not, without changing anything", async () => {
    await addMachine({ platform: "linux-arm64" });
    await addMachine({ lastSeenAtMs: 1 });
    await report(machineIds[0]!, { version: "1.0.0" });
    await report(machineIds[1]!, { version: "1.1.0" });
    const preview = await previewRelease(services, planOf("1.1.0"));
    ReleasePreview.parse(preview);
    expect(preview.clusters[0]?.stages).toEqual([
      {
        ...{ kind: "full", upToPercent: null, change: 9, offline: 1, failedBefore: 0 },
        skipped: expect.arrayContaining([
          { reason: "noPackage", machines: 1 },
          { reason: "alreadyThere", machines: 1 },
        ]),
        fromVersions: [
          { version: null, machines: 9 },
          { version: "1.0.0", machines: 1 },
        ],
      },
    ]);
    expect(await desired()).toEqual(machineIds.map(() => null));
  });

  test("is confirmed by its id, and refused when more machines came meanwhile or the plan differs", async () => {
    const { previewId } = await previewRelease(services, planOf("1.1.0"));
    const other = createRelease(services, ctx, { plan: planOf("2.0.0"), previewId });
    await expect(other).rejects.toMatchObject({ code: "conflict" });
    for (let index = 0; index < 6; index += 1) await addMachine();
    const drifted = createRelease(services, ctx, { plan: planOf("1.1.0"), previewId });
    await expect(drifted).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("16 machines would change, 10 were shown"),
    });
    const fresh = await previewRelease(services, planOf("1.1.0"));
    await createRelease(services, ctx, { plan: planOf("1.1.0"), previewId: fresh.previewId });
  });
});
