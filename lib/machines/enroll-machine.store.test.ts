import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { slotOf } from "../desired-state/slot.ts";
import { systemContext } from "../platform/request-context.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { enrollRequest, sampleMachine, tokenRequest } from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { changeMachine } from "./change-machine.ts";
import { createEnrollmentToken } from "./create-enrollment-token.ts";
import { enrollMachine } from "./enroll-machine.ts";
import { issueMachineToken } from "./issue-machine-token.ts";
import { machineTokenKey, verifyMachineToken } from "./machine-token.ts";

const ctx = systemContext("test", "test");

async function openEnrollment(uses = 5, ttlSeconds = 600) {
  let nowMs = 1_700_000_000_000;
  const services = await createTestServices({ now: () => nowMs });
  const { id: clusterId } = await createCluster(services);
  const enrollment = { clusterId, label: "test", uses, ttlSeconds };
  const { token } = await createEnrollmentToken(services, ctx, enrollment);
  const key = machineTokenKey(services.env.IFRIT_SECRET);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { services, clusterId, token, key, pass };
}

const code = (value: string) => expect.objectContaining({ code: value });

test("enrollMachine() stores the machine with its slot and uses the token up by one", async () => {
  const { services, clusterId, token } = await openEnrollment();
  const machine = sampleMachine();
  const answer = await enrollMachine(services, enrollRequest(machine, token), "agent");
  expect(answer).toEqual({ status: "accepted", clusterId });
  const [row] = await services.db.select().from(machines);
  expect(row).toMatchObject({
    ...{ id: machine.machineId, clusterId, slot: slotOf(machine.machineId), status: "accepted" },
    ...{ publicKey: machine.publicKey, tokenCounter: 0 },
  });
  expect(await services.db.select().from(enrollmentTokens)).toMatchObject([{ usesLeft: 4 }]);
});

test("the token itself is stored nowhere", async () => {
  const { services, token } = await openEnrollment();
  const rows = [
    await services.db.select().from(enrollmentTokens),
    await services.db.select().from(auditLog),
  ];
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("a machine that enrolls again with its key is accepted and uses nothing up", async () => {
  const { services, token, pass } = await openEnrollment(1);
  const request = enrollRequest(sampleMachine(), token);
  await enrollMachine(services, request, "agent");
  pass(3_600_000);
  expect((await enrollMachine(services, request, "agent")).status).toBe("accepted");
  expect(await services.db.select().from(machines)).toHaveLength(1);
});

test("a known machine id with another key is a conflict, and changes nothing", async () => {
  const { services, token } = await openEnrollment();
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "agent");
  const impostor = sampleMachine(machine.machineId);
  await expect(enrollMachine(services, enrollRequest(impostor, token), "agent")).rejects.toEqual(
    code("conflict"),
  );
  expect(await services.db.select().from(machines)).toMatchObject([
    { publicKey: machine.publicKey },
  ]);
});

test("fault 61: unknown, expired and used-up tokens are refused", async () => {
  const { services, token, pass } = await openEnrollment(1);
  const refused = code("enrollment_token_invalid");
  const other = enrollRequest(sampleMachine(), `${token}x`);
  await expect(enrollMachine(services, other, "agent")).rejects.toEqual(refused);
  await enrollMachine(services, enrollRequest(sampleMachine(), token), "agent");
  const second = enrollRequest(sampleMachine(), token);
  await expect(enrollMachine(services, second, "agent")).rejects.toEqual(refused);
  pass(601_000);
  await expect(enrollMachine(services, second, "agent")).rejects.toEqual(refused);
});

test("fault 61: a token is good from its networks only, also as IPv4 within IPv6, and each refusal is an alert", async () => {
  const { services, clusterId } = await openEnrollment();
  const limits = {
    clusterId,
    label: "rack 7",
    uses: 5,
    ttlSeconds: 600,
    networks: ["10.1.0.0/16"],
  };
  const { token } = await createEnrollmentToken(services, ctx, limits);
  const from = (address: string) =>
    enrollMachine(services, enrollRequest(sampleMachine(), token), address);
  for (const address of ["10.2.0.1", "::ffff:10.2.0.1", "2001:db8::1", "", "10.1.0.1.evil.example"])
    await expect(from(address)).rejects.toEqual(code("enrollment_token_invalid"));
  expect(await services.db.select().from(machines)).toEqual([]);
  const alerts = await services.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.action, "enrollment.refused"));
  expect(alerts).toHaveLength(5);
  expect(alerts[0]).toMatchObject({
    ...{ subjectKind: "enrollment-token", clusterId, source: "agent 10.2.0.1" },
    after: { label: "rack 7", why: "is not for machines with this address" },
  });
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3"])
    expect((await from(address)).status).toBe("accepted");
});

test("a token for three enrolls three of ten machines that come at once, each with its audit row", async () => {
  const { services, token } = await openEnrollment(3);
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () =>
      enrollMachine(services, enrollRequest(sampleMachine(), token), "agent"),
    ),
  );
  expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  expect(await services.db.select().from(machines)).toHaveLength(3);
  const audited = await services.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.action, "machine.enrolled"));
  expect(audited).toHaveLength(3);
});

test("one machine that enrolls ten times at once is enrolled once and always accepted", async () => {
  const { services, token } = await openEnrollment();
  const request = enrollRequest(sampleMachine(), token);
  const all = await Promise.all(
    Array.from({ length: 10 }, () => enrollMachine(services, request, "agent")),
  );
  expect(new Set(all.map((answer) => answer.status))).toEqual(new Set(["accepted"]));
  expect(await services.db.select().from(enrollmentTokens)).toMatchObject([{ usesLeft: 4 }]);
});

test("issueMachineToken() gives a token that names the machine", async () => {
  const { services, clusterId, token, key } = await openEnrollment();
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "agent");
  const answer = await issueMachineToken(services, key, tokenRequest(machine, clusterId, 1));
  expect(answer.expiresInSeconds).toBeGreaterThanOrEqual(600);
  expect(answer.expiresInSeconds).toBeLessThanOrEqual(3_600);
  expect(verifyMachineToken(key, answer.token, services.now())).toEqual({
    ...{ machineId: machine.machineId, clusterId, type: "LINUX" },
    slot: slotOf(machine.machineId),
  });
});

test("a counter is taken once: not again, not a lower one, not twice at once", async () => {
  const { services, clusterId, token, key } = await openEnrollment();
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "agent");
  const ask = (counter: number) =>
    issueMachineToken(services, key, tokenRequest(machine, clusterId, counter));
  await ask(5);
  await expect(ask(5)).rejects.toEqual(code("counter_reused"));
  await expect(ask(4)).rejects.toEqual(code("counter_reused"));
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => ask(6)));
  expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

test("a proof of another key, cluster or counter is refused, and takes no counter", async () => {
  const { services, clusterId, token, key } = await openEnrollment();
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "agent");
  const honest = tokenRequest(machine, clusterId, 1);
  const impostor = tokenRequest(sampleMachine(machine.machineId), clusterId, 1);
  const ask = (request: typeof honest) => issueMachineToken(services, key, request);
  await expect(ask(impostor)).rejects.toEqual(code("unauthenticated"));
  await expect(ask({ ...honest, counter: 2 })).rejects.toEqual(code("unauthenticated"));
  await expect(ask(tokenRequest(machine, "elsewhere", 1))).rejects.toEqual(code("machine_unknown"));
  await expect(ask(tokenRequest(sampleMachine(), clusterId, 1))).rejects.toEqual(
    code("machine_unknown"),
  );
  await ask(honest);
});

test("fault 61: parked and revoked machines get no token, and a revoked one does not come back", async () => {
  const { services, clusterId, token, key } = await openEnrollment();
  const machine = sampleMachine();
  await enrollMachine(services, enrollRequest(machine, token), "agent");
  const ask = () => issueMachineToken(services, key, tokenRequest(machine, clusterId, 1));
  await changeMachine(services, ctx, { machineId: machine.machineId, verb: "park", remark: "" });
  await expect(ask()).rejects.toEqual(code("forbidden"));
  await changeMachine(services, ctx, { machineId: machine.machineId, verb: "revoke", remark: "" });
  await expect(ask()).rejects.toEqual(code("machine_revoked"));
  await expect(enrollMachine(services, enrollRequest(machine, token), "agent")).rejects.toEqual(
    code("machine_revoked"),
  );
  await expect(
    changeMachine(services, ctx, { machineId: machine.machineId, verb: "unpark", remark: "" }),
  ).rejects.toEqual(code("conflict"));
});
