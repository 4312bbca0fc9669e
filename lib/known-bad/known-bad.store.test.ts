import { asc, sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { MarkKnownBadRequest } from "../contract/known-bad.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { packagesOfVersion } from "../packages/find-version.ts";
import { type RequestContext, systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { advanceReleases } from "../releases/advance-releases.ts";
import { createRelease } from "../releases/create-release.ts";
import { orderRelease } from "../releases/order-release.ts";
import { previewRelease } from "../releases/preview-release.ts";
import { releaseDetail } from "../releases/release-detail.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { liftKnownBad } from "./lift-known-bad.ts";
import { listKnownBad } from "./list-known-bad.ts";
import { markKnownBad } from "./mark-known-bad.ts";

const person = (grants: { clusters: string[]; agents: string[] }[] = []): RequestContext => ({
  ...systemContext("test", "test"),
  actor: {
    ...{
      kind: "user",
      name: "li",
      userId: 1,
      role: grants.length > 0 ? "viewer" : "administrator",
    },
    grants: grants.map((grant) => ({ ...grant, permissions: ["releases.write"] })),
  },
});
const li = person();

let services: Services;
let nowMs: number;
let agentName: string;
let clusterId: string;
let machineIds: string[];

beforeEach(async () => {
  nowMs = 1_800_000_000_000;
  services = await createTestServices({ now: () => nowMs });
  agentName = `agent-${unique()}`;
  clusterId = (await createCluster(services)).id;
  for (const version of ["1.0.0", "2.0.0", "3.0.0"])
    await createPackage(services, { agentName, version });
  machineIds = [];
  for (let index = 0; index < 4; index += 1)
    machineIds.push((await createMachine(services, clusterId, { lastSeenAtMs: nowMs })).id);
});

const planOf = (version: string, gate: object = {}) =>
  ReleasePlan.parse({
    ...{ agentName, version, machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate }], verification: "automatic" }],
  });
const release = (version: string, gate: object = {}) =>
  createRelease(services, li, { plan: planOf(version, gate) });
const mark = (extra: object, ctx = li) =>
  markKnownBad(
    services,
    ctx,
    MarkKnownBadRequest.parse({ agentName, reason: "eats memory", ...extra }),
  );
const standing = () => listKnownBad(services, { agent: agentName, lifted: false });

async function report(states: Partial<typeof machineAgentStates.$inferInsert>): Promise<void> {
  for (const machineId of machineIds) {
    const row = {
      ...{ machineId, agentName, clusterId, machineType: "LINUX" as const, slot: 0 },
      ...{ phase: "running" as const, reportedAtMs: nowMs, changedAtMs: nowMs, ...states },
    };
    await services.db.insert(machineAgentStates).values(row).onDuplicateKeyUpdate({ set: row });
  }
}

async function tick(seconds = 10): Promise<void> {
  nowMs += seconds * 1000;
  await services.db.execute(sql`UPDATE machines SET last_seen_at_ms = ${nowMs}`);
  await advanceReleases(services);
}

const audited = async () =>
  (await services.db.select().from(auditLog).orderBy(asc(auditLog.seq))).map(
    ({ action }) => action,
  );

describe("a person's mark", () => {
  test("a plan that names it is refused, with code and place, until it is lifted; its preview says why", async () => {
    const { id } = await mark({ version: "2.0.0" });
    const refused = await release("2.0.0").catch((error) => error);
    expect(refused).toMatchObject({ code: "invalid_request" });
    expect(refused.issues).toMatchObject([
      { path: "version", code: "knownBad", values: { by: "li", reason: "eats memory" } },
    ]);
    const { clusters } = await previewRelease(services, planOf("2.0.0"));
    expect(clusters[0]!.stages[0]).toMatchObject({
      ...{ change: 0, skipped: [{ reason: "knownBad", machines: 4 }] },
    });
    await liftKnownBad(services, li, id, "was the disk");
    await release("2.0.0");
    expect(await listKnownBad(services, { agent: agentName, lifted: true })).toMatchObject([
      { liftedBy: "li", liftedRemark: "was the disk" },
    ]);
    expect(await audited()).toEqual([
      ...["version.marked-bad", "version.mark-lifted", "release.created"],
    ]);
  });

  test("in one cluster, it binds that one only; an archive's digest binds all versions that have it", async () => {
    const other = (await createCluster(services)).id;
    await mark({ version: "2.0.0", clusterId: other });
    await release("2.0.0");
    const both = planOf("2.0.0");
    both.clusters.push({ ...both.clusters[0]!, clusterId: other });
    await expect(createRelease(services, li, { plan: both })).rejects.toMatchObject({
      issues: [{ path: "clusters.1.clusterId", code: "knownBad", values: { clusterId: other } }],
    });
    const [archive] = await packagesOfVersion(services.db, agentName, "3.0.0");
    const { versions } = await mark({ sha256: archive!.sha256 });
    expect(versions).toEqual(["3.0.0"]);
    await expect(release("3.0.0")).rejects.toMatchObject({ issues: [{ code: "knownBad" }] });
  });

  test("needs the permission for the agent, in the cluster or in all", async () => {
    const here = person([{ clusters: [clusterId], agents: [agentName] }]);
    await expect(mark({ version: "2.0.0" }, here)).rejects.toMatchObject({ code: "forbidden" });
    const { id } = await mark({ version: "2.0.0", clusterId }, here);
    await expect(mark({ version: "2.0.0", clusterId }, here)).rejects.toMatchObject({
      code: "conflict",
    });
    const elsewhere = person([{ clusters: ["x"], agents: [agentName] }]);
    await expect(liftKnownBad(services, elsewhere, id, "")).rejects.toMatchObject({
      code: "forbidden",
    });
    await liftKnownBad(services, here, id, "");
    await expect(liftKnownBad(services, here, id, "")).rejects.toMatchObject({ code: "conflict" });
    expect(await audited()).toHaveLength(2);
  });

  test("a release under way does not move on, says why, and does when the mark is lifted", async () => {
    const { id: releaseId } = await release("2.0.0");
    const { id } = await mark({ version: "2.0.0" });
    await report({ version: "1.0.0" });
    await tick();
    const waiting = await releaseDetail(services, releaseId);
    expect(waiting).toMatchObject({ state: "running", waitingFor: { code: "frozen" } });
    expect(waiting.waitingFor?.values.reason).toBe("knownBad");
    await orderRelease(services, li, { releaseId, verb: "pause" });
    await expect(orderRelease(services, li, { releaseId, verb: "continue" })).rejects.toMatchObject(
      { code: "conflict", issues: [{ code: "knownBad" }] },
    );
    await liftKnownBad(services, li, id, "");
    await orderRelease(services, li, { releaseId, verb: "continue" });
    await report({ version: "2.0.0", releaseId });
    for (let round = 0; round < 4; round += 1) await tick();
    expect(await releaseDetail(services, releaseId)).toMatchObject({ state: "completed" });
  });
});

describe("a gate's mark", () => {
  async function failGate(onGateFailure: "pause" | "rollBack" = "pause"): Promise<number> {
    const plan = { ...planOf("2.0.0"), onGateFailure };
    const { id: releaseId } = await createRelease(services, li, { plan });
    const failure = { reason: "start_failed" as const, message: "", version: "2.0.0" };
    await report({ version: "1.0.0", phase: "failed", targetVersion: "2.0.0", releaseId, failure });
    await tick();
    return releaseId;
  }

  test("a failed gate marks its version in all clusters; a rollback by the engine as well", async () => {
    const releaseId = await failGate("rollBack");
    expect(await releaseDetail(services, releaseId)).toMatchObject({ state: "rolledBack" });
    expect(await standing()).toMatchObject([
      { version: "2.0.0", clusterId: null, cause: "gate", releaseId, reason: "failures" },
    ]);
    await expect(release("2.0.0")).rejects.toMatchObject({ issues: [{ code: "knownBad" }] });
    expect(await audited()).toContain("version.marked-bad");
  });

  test("a person who continues in spite of it lifts it, and nobody else's", async () => {
    const releaseId = await failGate();
    await orderRelease(services, li, { releaseId, verb: "continue", remark: "known hosts" });
    expect(await standing()).toEqual([]);
    expect(await listKnownBad(services, { agent: agentName, lifted: true })).toMatchObject([
      { liftedBy: "li", liftedRemark: "known hosts" },
    ]);
    expect(await releaseDetail(services, releaseId)).toMatchObject({ state: "running" });
  });

  test("a person's mark stands when a release is continued, so it is not", async () => {
    const releaseId = await failGate();
    await mark({ version: "2.0.0", clusterId });
    await expect(orderRelease(services, li, { releaseId, verb: "continue" })).rejects.toMatchObject(
      { code: "conflict" },
    );
    // Whole or not at all: the gate's mark stands, too.
    expect(await standing()).toHaveLength(2);
  });

  test("a deadline that passed says nothing of the version", async () => {
    const { id: releaseId } = await release("2.0.0", { deadlineSeconds: 60 });
    await report({ version: "1.0.0" });
    for (let round = 0; round < 8; round += 1) await tick();
    expect(await releaseDetail(services, releaseId)).toMatchObject({
      ...{ state: "paused", waitingFor: { code: "gateFailed", values: { reason: "deadline" } } },
    });
    expect(await standing()).toEqual([]);
  });
});

test("rolled back onto a version that is known to be bad: it is said, and the release is taken back", async () => {
  const first = await release("1.0.0");
  await report({ version: "1.0.0", releaseId: first.id });
  for (let round = 0; round < 4; round += 1) await tick();
  const { id: releaseId } = await release("2.0.0");
  await mark({ version: "1.0.0" });
  await orderRelease(services, li, { releaseId, verb: "rollBack" });
  const { state, events } = await releaseDetail(services, releaseId);
  expect(state).toBe("rolledBack");
  expect(events.find(({ kind }) => kind === "fallBackKnownBad")?.detail).toEqual({
    ...{ clusterId, version: "1.0.0", release: first.id },
  });
});
