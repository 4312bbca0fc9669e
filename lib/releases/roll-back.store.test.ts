import { describe, expect, test } from "vitest";
import { createCluster } from "../testing/create-cluster.ts";
import {
  clusterId,
  desired,
  machineIds,
  obey,
  order,
  release,
  services,
  staged,
  states,
  tick,
} from "./testing/ten-machines.ts";

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
