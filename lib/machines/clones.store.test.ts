import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { systemContext } from "../platform/request-context.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { enrollRequest, sampleMachine, tokenRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { changeMachine } from "./change-machine.ts";
import { createEnrollmentToken } from "./create-enrollment-token.ts";
import { enrollMachine } from "./enroll-machine.ts";
import { pushHeartbeats, storeHeartbeats, storeHeartbeatsDirectly } from "./flush-heartbeats.ts";
import { type Heartbeats, noteHeartbeat } from "./heartbeats.ts";
import { CounterReusedError, issueMachineToken } from "./issue-machine-token.ts";
import { type MachineClaims, machineTokenKey, verifyMachineToken } from "./machine-token.ts";

const ctx = systemContext("test", "test");
const instanceOf = { original: "a".repeat(16), copy: "b".repeat(16), third: "c".repeat(16) };

/** One machine's identity, and processes that use it: each with a disk of its own from here on. */
async function openIdentity() {
  let nowMs = 1_700_000_000_000;
  const services = await createTestServices({ now: () => nowMs });
  const { id: clusterId } = await createCluster(services);
  const enrollment = { clusterId, label: "test", uses: 5, ttlSeconds: 86_400 };
  const { token } = await createEnrollmentToken(services, ctx, enrollment);
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "10.0.0.1");
  const key = machineTokenKey(services.env.IFRIT_SECRET);
  const heartbeats: Heartbeats = new Map();
  const start = (instance: string, address: string, counter: number) => {
    let claims: MachineClaims | null = null;
    let next = counter;
    const source = { hostname: "web-1", addresses: [address], hardware: "", bootId: "" };
    return {
      /** As ifrit-agent does it: a refusal says from where on its counter is good. */
      async token() {
        const ask = () =>
          issueMachineToken(
            services,
            key,
            tokenRequest(machine, clusterId, next++, { instance, source }),
            address,
          );
        const answer = await ask().catch((error) => {
          if (!(error instanceof CounterReusedError)) throw error;
          next = error.counter + 1;
          return ask();
        });
        claims = verifyMachineToken(key, answer.token, nowMs) as MachineClaims;
      },
      /** A check-in, and the flush after it. */
      async poll(direct = false) {
        nowMs += 60_000;
        noteHeartbeat(heartbeats, claims!, nowMs, "");
        if (direct) await storeHeartbeatsDirectly(services, heartbeats, clusterId);
        else {
          await pushHeartbeats(services, heartbeats, clusterId);
          await storeHeartbeats(services, clusterId, "tester");
        }
      },
    };
  };
  const read = async () => {
    const [row] = await services.db.select().from(machines);
    return row!;
  };
  const audited = async (action: string) =>
    services.db.select().from(auditLog).where(eq(auditLog.action, action));
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const verb = (name: "unpark" | "renew") =>
    changeMachine(services, ctx, { machineId: machine.machineId, verb: name, remark: "" });
  return { services, machine, token, clusterId, start, read, audited, pass, verb };
}

test.each([
  ["a copy of the disk that went on", 51],
  ["a copy of an older state of the disk", 1],
])(
  "fault 22: %s is known as a clone at the original's second poll, and both are parked",
  async (_what, copyCounter) => {
    const { start, read, audited } = await openIdentity();
    const original = start(instanceOf.original, "10.0.0.1", 10);
    await original.token();
    await original.poll();
    const copy = start(instanceOf.copy, "10.0.0.99", copyCounter);
    await copy.token();
    await copy.poll();
    expect((await read()).status).toBe("accepted");
    await original.poll();
    expect((await read()).status).toBe("accepted");
    await original.poll();
    expect(await read()).toMatchObject({ status: "parked", statusReason: { code: "clone" } });
    const [row] = await audited("machine.cloned");
    const sources = [{ address: "10.0.0.99" }, { address: "10.0.0.1" }];
    expect(row?.after).toMatchObject({ status: "parked", sources });
    expect((await read()).statusReason?.sources).toMatchObject(sources);
    await expect(original.token()).rejects.toMatchObject({ code: "forbidden" });
    await expect(copy.token()).rejects.toMatchObject({ code: "forbidden" });
  },
);

test("fault 22: it is known without Redis, too", async () => {
  const { start, read } = await openIdentity();
  const original = start(instanceOf.original, "10.0.0.1", 1);
  await original.token();
  const copy = start(instanceOf.copy, "10.0.0.99", 51);
  await copy.token();
  await original.poll(true);
  await original.poll(true);
  expect((await read()).status).toBe("parked");
});

test("a disk that was put back once is told in the log, and goes on with its next token", async () => {
  const { start, read, audited } = await openIdentity();
  const before = start(instanceOf.original, "10.0.0.1", 500);
  await before.token();
  await before.poll();
  const restored = start(instanceOf.copy, "10.0.0.1", 51);
  await restored.token();
  for (let poll = 0; poll < 5; poll += 1) await restored.poll();
  await restored.token();
  await restored.poll();
  expect(await read()).toMatchObject({ status: "accepted", tokenInstance: instanceOf.copy });
  expect(await audited("machine.counter-went-back")).toHaveLength(1);
  expect(await audited("machine.cloned")).toHaveLength(0);
});

test("one machine that starts its ifrit-agent again and again is no clone", async () => {
  const { start, read, audited } = await openIdentity();
  for (const [at, instance] of Object.values(instanceOf).entries()) {
    const process = start(instance, "10.0.0.1", 1 + at * 50);
    await process.token();
    await process.poll();
    await process.poll();
  }
  expect((await read()).status).toBe("accepted");
  expect(await audited("machine.counter-went-back")).toHaveLength(0);
});

test("a check-in that was on its way when the next process began is no clone, however often that happens", async () => {
  const { start, read } = await openIdentity();
  const [one, two] = [
    start(instanceOf.original, "10.0.0.1", 1),
    start(instanceOf.copy, "10.0.0.1", 51),
  ];
  await one.token();
  await two.token();
  await one.poll();
  await two.poll();
  const three = start(instanceOf.third, "10.0.0.1", 101);
  await three.token();
  await two.poll();
  await three.poll();
  expect((await read()).status).toBe("accepted");
});

test("two copies of one running process are parked when the second time one puts the other back", async () => {
  const { start, read, pass, audited } = await openIdentity();
  const original = start(instanceOf.original, "10.0.0.1", 10);
  await original.token();
  const copy = start(instanceOf.original, "10.0.0.1", 11);
  pass(40 * 60_000);
  await original.token();
  await copy.token();
  expect((await read()).status).toBe("accepted");
  pass(40 * 60_000);
  await expect(original.token()).rejects.toMatchObject({ code: "forbidden" });
  expect(await read()).toMatchObject({ status: "parked", statusReason: { code: "clone" } });
  expect(await audited("machine.cloned")).toHaveLength(1);
});

test("a memory that is put back once goes on", async () => {
  const { start, read, pass } = await openIdentity();
  const process = start(instanceOf.original, "10.0.0.1", 10);
  await process.token();
  pass(60_000);
  const putBack = start(instanceOf.original, "10.0.0.1", 5);
  await putBack.token();
  pass(40 * 60_000);
  await putBack.token();
  expect((await read()).status).toBe("accepted");
});

test("a renewed machine locks both out, and the right one comes back with a key of its own", async () => {
  const { services, machine, token, clusterId, start, read, verb } = await openIdentity();
  const original = start(instanceOf.original, "10.0.0.1", 10);
  await original.token();
  await verb("renew");
  expect(await read()).toMatchObject({ status: "parked", statusReason: { code: "renewal" } });
  await expect(original.token()).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(verb("unpark")).rejects.toMatchObject({ code: "conflict" });
  const anew = sampleMachine(machine.machineId);
  await enrollMachine(services, enrollRequest(anew, token), "10.0.0.1");
  expect(await read()).toMatchObject({ status: "accepted", publicKey: anew.publicKey });
  const key = machineTokenKey(services.env.IFRIT_SECRET);
  await issueMachineToken(services, key, tokenRequest(anew, clusterId, 1), "10.0.0.1");
  // The copy still has the old key, and the token; the id is taken.
  await expect(
    enrollMachine(services, enrollRequest(machine, token), "10.0.0.99"),
  ).rejects.toMatchObject({ code: "conflict" });
  await expect(original.token()).rejects.toMatchObject({ code: "unauthenticated" });
});

test("unparked while both still run, they are parked again", async () => {
  const { start, read, verb } = await openIdentity();
  const original = start(instanceOf.original, "10.0.0.1", 10);
  await original.token();
  const copy = start(instanceOf.copy, "10.0.0.99", 51);
  await copy.token();
  await original.poll();
  await original.poll();
  await verb("unpark");
  await copy.poll();
  expect((await read()).status).toBe("accepted");
  await original.poll();
  await original.poll();
  expect((await read()).status).toBe("parked");
});
