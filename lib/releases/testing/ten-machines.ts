import { asc, eq, type SQL, sql } from "drizzle-orm";
import { beforeAll, beforeEach } from "vitest";
import { auditLog } from "../../../drizzle/schema/audit-log.ts";
import { clusters } from "../../../drizzle/schema/clusters.ts";
import { machineAgentStates } from "../../../drizzle/schema/machine-agent-states.ts";
import { releaseEvents } from "../../../drizzle/schema/release-events.ts";
import { releases } from "../../../drizzle/schema/releases.ts";
import { ReleaseDetail, type ReleaseVerb } from "../../contract/console-views.ts";
import { DesiredState } from "../../contract/desired-state.ts";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { documentFor } from "../../desired-state/compose-desired-state.ts";
import { composeFromDatabase } from "../../desired-state/rebuild-desired-state.ts";
import { slotOf } from "../../desired-state/slot.ts";
import { type RequestContext, systemContext } from "../../platform/request-context.ts";
import type { Services } from "../../platform/services.ts";
import { createCluster } from "../../testing/create-cluster.ts";
import { createMachine } from "../../testing/create-machine.ts";
import { createPackage } from "../../testing/create-package.ts";
import { createTestServices } from "../../testing/test-services.ts";
import { unique } from "../../testing/unique.ts";
import { advanceReleases } from "../advance-releases.ts";
import { createRelease } from "../create-release.ts";
import { orderRelease } from "../order-release.ts";
import { releaseDetail } from "../release-detail.ts";

/*
 * One cluster of ten machines and an agent in three versions, new for each test; a clock that only tick()
 * moves. The bindings are set before each test of the file that imports them.
 */

export const ctx = systemContext("tester", "test");
export const viewer: RequestContext = {
  ...ctx,
  actor: { kind: "user", name: "vera", userId: 1, role: "viewer" },
};
export let services: Services;
let nowMs = 1_800_000_000_000;
export let agentName: string;
export let clusterId: string;
export let machineIds: string[];

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

export async function addMachine(
  overrides: Parameters<typeof createMachine>[2] = {},
): Promise<string> {
  const id = overrides.id ?? `m-${unique()}`;
  await createMachine(services, clusterId, { id, slot: slotOf(id), ...overrides });
  machineIds.push(id);
  return id;
}

export function planOf(version: string | null, extra: object = {}): ReleasePlan {
  return ReleasePlan.parse({
    ...{ agentName, version, machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
    ...extra,
  });
}

export const release = (version: string | null, extra: object = {}) =>
  createRelease(services, ctx, { plan: planOf(version, extra) });

export const staged = (verification: "person" | "automatic" = "automatic") => ({
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

export const order = (verb: ReleaseVerb, to: { releaseId: number; clusterId?: string }) =>
  orderRelease(services, ctx, { verb, ...to });

/** Time passes, machines that are not lost check in, and the job runs. */
export async function tick(seconds = 1): Promise<void> {
  nowMs += seconds * 1000;
  await services.db.execute(
    sql`UPDATE machines SET last_seen_at_ms = ${nowMs} WHERE last_seen_at_ms > 1`,
  );
  await advanceReleases(services);
}

export const lose = (where: SQL) =>
  services.db.execute(sql`UPDATE machines SET last_seen_at_ms = 1 WHERE ${where}`);

/** What a rebuild would tell each machine: version, "absent", or null for "leave it alone". */
export async function desired(): Promise<(string | null)[]> {
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
export async function obey(releaseId: number, overrides: object = {}): Promise<void> {
  for (const [index, version] of (await desired()).entries())
    if (version !== null && version !== "absent")
      await report(machineIds[index]!, { version, releaseId, ...overrides });
}

export async function report(
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

export const states = async (id: number) => {
  const detail = await releaseDetail(services, id);
  ReleaseDetail.parse(detail);
  return `${detail.state}/${detail.clusters.map((one) => one.state).join(",")}`;
};
export const auditRows = async () => (await services.db.select().from(auditLog)).length;
export const revision = async () =>
  (await services.db.select().from(clusters).where(eq(clusters.id, clusterId)))[0]!.desiredRevision;
export const eventKinds = async (releaseId: number) =>
  (
    await services.db
      .select()
      .from(releaseEvents)
      .where(eq(releaseEvents.releaseId, releaseId))
      .orderBy(asc(releaseEvents.id))
  ).map((event) => event.kind);
