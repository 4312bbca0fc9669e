import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { releases } from "../../drizzle/schema/releases.ts";
import { releaseVerbs } from "../contract/console-views.ts";
import { createRelease } from "./create-release.ts";
import { orderRelease } from "./order-release.ts";
import {
  agentName,
  auditRows,
  clusterId,
  ctx,
  desired,
  eventKinds,
  machineIds,
  planOf,
  release,
  revision,
  services,
  states,
  viewer,
} from "./testing/ten-machines.ts";

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
