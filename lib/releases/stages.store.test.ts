import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { createCluster } from "../testing/create-cluster.ts";
import { releaseDetail } from "./release-detail.ts";
import {
  clusterId,
  desired,
  eventKinds,
  lose,
  machineIds,
  obey,
  order,
  release,
  report,
  services,
  staged,
  states,
  tick,
} from "./testing/ten-machines.ts";

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
