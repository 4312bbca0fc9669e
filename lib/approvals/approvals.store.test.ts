import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asc, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { parseConfig } from "../access/config-schema.ts";
import { grantsOf } from "../access/grants-of.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { type RequestContext, systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createRelease } from "../releases/create-release.ts";
import { orderRelease } from "../releases/order-release.ts";
import { loadRelease } from "../releases/release-rows.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { decideRelease } from "./decide-release.ts";
import { expireApprovals } from "./expire-approvals.ts";
import { limitsPassed } from "./limits-passed.ts";
import { listApprovals } from "./list-approvals.ts";

const config = `
grants:
  - { who: ["user:ada"], role: operator }
  - { who: ["user:eve", "user:ada"], role: approver }
  - { who: ["user:far"], role: approver, clusters: [elsewhere] }
approval: { productionClusters: [prod-*], uninstalls: true, ifritAgent: true, shareMax: 0.5 }
`;
let services: Services;
let nowMs = 1_800_000_000_000;
let agentName: string;
let clusterId: string;

beforeAll(async () => {
  services = await createTestServices({ now: () => nowMs });
  services.env.IFRIT_CONFIG = join(services.env.IFRIT_DATA_DIR, "ifrit.config.yaml");
  writeFileSync(services.env.IFRIT_CONFIG, config);
  // Most of the fleet is elsewhere.
  const { id } = await createCluster(services);
  for (let index = 0; index < 12; index += 1) await createMachine(services, id);
});
beforeEach(async () => {
  nowMs += 1_000;
  agentName = `agent-${unique()}`;
  clusterId = (await createCluster(services, { id: `prod-${unique()}` })).id;
  await createMachine(services, clusterId);
  for (const version of ["1.0.0", "2.0.0"]) await createPackage(services, { agentName, version });
});

function as(name: string): RequestContext {
  const actor = { kind: "user", name, userId: 1, role: "viewer" } as const;
  const grants = grantsOf(parseConfig(config), { name, role: "viewer" }, 0);
  return { actor: { ...actor, grants }, requestId: "r", source: "test" };
}

function planOf(overrides: object = {}): ReleasePlan {
  return ReleasePlan.parse({
    ...{ agentName, version: "2.0.0", machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
    ...overrides,
  });
}

const ask = (plan = planOf()) => createRelease(services, as("ada"), { plan });
const stateOf = async (id: number) => (await loadRelease(services.db, id)).row.state;
const entriesOf = (id: number) =>
  services.db.select().from(desiredEntries).where(eq(desiredEntries.releaseId, id));
const decide = (name: string, releaseId: number, decision: "approve" | "deny" = "approve") =>
  decideRelease(services, as(name), { releaseId, decision, remark: "looked at it" });

describe("a release past a limit", () => {
  test("waits, with nothing open, and starts with a second person's word", async () => {
    const { id } = await ask();
    expect(await stateOf(id)).toBe("waitingForApproval");
    expect(await entriesOf(id)).toEqual([]);
    const waiting = await listApprovals(services, as("eve"), { waiting: true });
    expect(waiting[0]).toMatchObject({
      ...{ releaseId: id, askedBy: "ada", state: "waiting", mayDecide: true },
      reasons: [{ code: "productionCluster", value: clusterId }],
    });
    expect(await decide("eve", id)).toMatchObject({ state: "approved", decidedBy: "eve" });
    expect(await stateOf(id)).toBe("running");
    expect(await entriesOf(id)).not.toEqual([]);
    const rows = await services.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.subjectId, String(id)))
      .orderBy(asc(auditLog.id));
    expect(rows.map(({ action }) => action)).toEqual([
      "release.approval-asked",
      "release.approved",
    ]);
    expect(rows[1]).toMatchObject({ actor: "eve", after: { remark: "looked at it" } });
    await expect(decide("eve", id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("is not started by its author, by another approver's cluster, or by the verb", async () => {
    const { id } = await ask();
    for (const name of ["ada", "far", "stranger"])
      await expect(decide(name, id)).rejects.toMatchObject({ code: "forbidden" });
    const start = orderRelease(services, as("ada"), { releaseId: id, verb: "start" });
    await expect(start).rejects.toMatchObject({ code: "forbidden" });
    expect(await entriesOf(id)).toEqual([]);
  });

  test("ends when it is denied, withdrawn or too old", async () => {
    const denied = await ask();
    expect((await decide("eve", denied.id, "deny")).state).toBe("denied");
    expect(await stateOf(denied.id)).toBe("aborted");
    const withdrawn = await ask();
    await orderRelease(services, as("ada"), { releaseId: withdrawn.id, verb: "abort" });
    await expect(decide("eve", withdrawn.id)).rejects.toMatchObject({ code: "conflict" });
    const old = await ask();
    nowMs += 24 * 3_600_000;
    await expect(decide("eve", old.id)).rejects.toMatchObject({ code: "conflict" });
    expect(await entriesOf(old.id)).toEqual([]);
  });

  test("expires into an ended release, once, with event and audit; one that was decided does not", async () => {
    const old = await ask();
    nowMs += 12 * 3_600_000;
    const young = await ask();
    expect(await expireApprovals(services)).not.toContain(old.id);
    nowMs += 12 * 3_600_000;
    const decided = await ask();
    await decide("eve", decided.id);
    const ended = await Promise.all([1, 2, 3].map(() => expireApprovals(services)));
    expect(ended.flat().filter((id) => id === old.id)).toHaveLength(1);
    expect(ended.flat()).not.toContain(young.id);
    expect(await stateOf(old.id)).toBe("aborted");
    expect(await stateOf(young.id)).toBe("waitingForApproval");
    expect(await stateOf(decided.id)).toBe("running");
    expect(await entriesOf(old.id)).toEqual([]);
    const [view] = (await listApprovals(services, as("eve"), { waiting: false })).filter(
      ({ releaseId }) => releaseId === old.id,
    );
    expect(view).toMatchObject({ state: "expired", decidedBy: null, decidedAtMs: nowMs });
    const events = await services.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.releaseId, old.id));
    expect(events.at(-1)).toMatchObject({ kind: "approvalExpired", actor: "approvals" });
    const audited = await services.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.subjectId, String(old.id)))
      .orderBy(asc(auditLog.id));
    expect(audited.at(-1)).toMatchObject({
      ...{ action: "release.approval-expired", actorKind: "system" },
      ...{ before: { state: "waitingForApproval", askedBy: "ada" }, after: { state: "aborted" } },
    });
    await expect(decide("eve", old.id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("is newer than what was released while it waited", async () => {
    const { id } = await ask();
    const ctx = systemContext("setup", "test");
    const between = await createRelease(services, ctx, { plan: planOf({ version: "1.0.0" }) });
    await decide("eve", id);
    const [mine, other] = [await entriesOf(id), await entriesOf(between.id)];
    expect(mine[0]!.timestampMs).toBeGreaterThan(other[0]!.timestampMs);
  });
});

describe("limitsPassed()", () => {
  const limits = parseConfig(config).approval;
  const machinesOf = new Map([
    ["a", 60],
    ["b", 40],
  ]);
  const codes = (overrides: object, stages: object[] = [{ kind: "full", gate: {} }]) => {
    const plan = planOf({ clusters: [{ clusterId: "a", stages }], ...overrides });
    return limitsPassed(limits, plan, machinesOf).map(({ code }) => code);
  };

  test("counts shares, uninstalls and ifrit-agent itself", () => {
    expect(codes({})).toEqual(["share"]);
    expect(codes({}, [{ kind: "batch", upToPercent: 50, gate: {} }])).toEqual([]);
    const gray = [{ kind: "gray", machineIds: ["m"], gate: {} }];
    expect(codes({ version: null }, gray)).toEqual(["uninstall"]);
    expect(codes({ agentName: "ifrit-agent" }, gray)).toEqual(["ifritAgent"]);
  });

  test("are off unless they are configured", () => {
    const off = parseConfig("").approval;
    expect(limitsPassed(off, planOf({ version: null }), new Map())).toEqual([]);
  });
});
