import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { slotOf } from "../desired-state/slot.ts";
import { unique } from "../testing/unique.ts";
import { releaseDetail } from "./release-detail.ts";
import { stageReach } from "./stage-reach.ts";
import {
  addMachine,
  desired,
  lose,
  machineIds,
  obey,
  order,
  planOf,
  release,
  report,
  services,
  staged,
  states,
  tick,
} from "./testing/ten-machines.ts";

/* Machines that enroll, or come back, while a release runs: gray → half of the ring → all. */

/** A machine whose slot is reached first by the batch (1), or by the full stage (2). */
async function joinAt(stage: 1 | 2): Promise<string> {
  const plan = planOf("1.1.0", staged());
  const { stageOfSlot } = stageReach(plan, plan.clusters[0]!);
  for (;;) {
    const id = `m-${unique()}`;
    if (stageOfSlot[slotOf(id)] === stage) return addMachine({ id });
  }
}

const versionOf = async (id: string) => (await desired())[machineIds.indexOf(id)];
const stagesOf = async (id: number) => (await releaseDetail(services, id)).clusters[0]!.stages;

let older: number;
let newer: number;

/** The batch stage of the newer release is open, and nobody in it has changed. */
beforeEach(async () => {
  older = (await release("1.0.0")).id;
  await obey(older);
  await tick();
  await tick();
  newer = (await release("1.1.0", staged())).id;
  await report(machineIds[0]!, { version: "1.1.0", releaseId: newer });
  await tick();
  expect(await states(newer)).toBe("running/batch");
});

test("a new machine follows at once where its stage is open, and the older release where it is not", async () => {
  const before = (await stagesOf(newer)).map(({ counts }) => counts.targeted);
  const [inside, outside] = [await joinAt(1), await joinAt(2)];
  expect([await versionOf(inside), await versionOf(outside)]).toEqual(["1.1.0", "1.0.0"]);
  const after = await stagesOf(newer);
  expect(after.map(({ counts }) => counts.targeted)).toEqual([
    before[0],
    before[1]! + 1,
    before[2]! + 1,
  ]);
  expect(after[1]!.counts.pending).toBe(after[1]!.counts.targeted);
});

test("a stage is not through before those who joined it are, and a stage that soaks goes on soaking", async () => {
  const inside = await joinAt(1);
  for (const id of machineIds)
    if (id !== inside && (await versionOf(id)) === "1.1.0")
      await report(id, { version: "1.1.0", releaseId: newer });
  await tick();
  expect((await releaseDetail(services, newer)).waitingFor).toMatchObject({
    ...{ code: "machines", values: { remaining: 1 } },
  });
  await report(inside, { version: "1.1.0", releaseId: newer });
  await tick();
  expect((await releaseDetail(services, newer)).waitingFor?.code).toBe("soak");
  await tick(50);
  const late = await joinAt(1);
  await report(late, { version: "1.1.0", releaseId: newer });
  await tick(11);
  expect(await states(newer)).toBe("running/full");
});

test("a machine that joins and fails halts the release like any other", async () => {
  await obey(newer);
  await tick();
  const late = await joinAt(1);
  await report(late, {
    ...{ phase: "failed", targetVersion: "1.1.0", releaseId: newer },
    failure: { reason: "exited_early", message: "", version: "1.1.0" },
  });
  await tick();
  expect(await states(newer)).toBe("paused/batch");
});

test("a machine that was away holds nothing up, and is behind by no version but the newest when it comes back", async () => {
  const away = await joinAt(1);
  await report(away, { version: "0.9.0", releaseId: null });
  await lose(sql`id = ${away}`);
  const others = machineIds.filter((id) => id !== away);
  const follow = async () => {
    for (const id of others)
      if ((await versionOf(id)) === "1.1.0")
        await report(id, { version: "1.1.0", releaseId: newer });
    await tick();
  };
  await follow();
  expect((await stagesOf(newer))[1]!.counts).toMatchObject({ offline: 1, pending: 0 });
  await tick(61);
  await follow();
  await follow();
  expect(await states(newer)).toBe("completed/verified");
  const counted = (await releaseDetail(services, newer)).counts;
  await services.db.execute(
    sql`UPDATE machines SET last_seen_at_ms = ${services.now()} WHERE id = ${away}`,
  );
  expect(await versionOf(away)).toBe("1.1.0");
  // What was counted when the cluster was verified stays.
  expect((await releaseDetail(services, newer)).counts).toEqual(counted);
});

test("who joins after the end runs the version too, and after a rollback the one before", async () => {
  await order("continueAll", { releaseId: newer });
  await obey(newer);
  await tick();
  await tick();
  expect(await states(newer)).toBe("completed/verified");
  const [one, two] = [await joinAt(1), await joinAt(2)];
  expect([await versionOf(one), await versionOf(two)]).toEqual(["1.1.0", "1.1.0"]);
  await order("rollBack", { releaseId: newer });
  expect([await versionOf(one), await versionOf(two), await versionOf(await joinAt(1))]).toEqual([
    ...["1.0.0", "1.0.0", "1.0.0"],
  ]);
});
