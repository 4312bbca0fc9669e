import { expect, test } from "vitest";
import { ProblemError } from "../platform/problem-error.ts";
import { unique } from "../testing/unique.ts";
import { limitAdmission, machineLimit, refusalLimit } from "./limit-admission.ts";

const good = async () => "in order";
const refused = async () => {
  throw new ProblemError("enrollment_token_invalid", "no");
};
const codeOf = (work: Promise<unknown>) => work.then(String, (error: ProblemError) => error.code);

test("5,000 machines behind one address are all let in, also after many were refused there", async () => {
  const address = `198.51.100.1-${unique()}`;
  for (let count = 0; count < refusalLimit.points + 10; count += 1) {
    const from = { machineId: `bad-${count}`, address };
    const code = await codeOf(limitAdmission(from, refused));
    expect(code).toBe(
      count < refusalLimit.points ? "enrollment_token_invalid" : "too_many_requests",
    );
  }
  const herd = Array.from({ length: 5_000 }, (_, machine) =>
    codeOf(limitAdmission({ machineId: `m-${machine}`, address }, good)),
  );
  expect(new Set(await Promise.all(herd))).toEqual(new Set(["in order"]));
});

test("one machine that asks without end is held up, and only where it asks from", async () => {
  const machineId = `m-${unique()}`;
  const ask = (address: string) => codeOf(limitAdmission({ machineId, address }, good));
  for (let count = 0; count < machineLimit.points; count += 1)
    expect(await ask("203.0.113.1")).toBe("in order");
  await expect(limitAdmission({ machineId, address: "203.0.113.1" }, good)).rejects.toMatchObject({
    ...{ code: "too_many_requests", retryAfterSeconds: expect.any(Number) },
  });
  expect(await ask("203.0.113.2")).toBe("in order");
});

test("what goes wrong here is not counted against the address", async () => {
  const address = `192.0.2.1-${unique()}`;
  const broken = async () => {
    throw new ProblemError("unavailable", "a store is away");
  };
  for (let count = 0; count < refusalLimit.points + 10; count += 1)
    expect(await codeOf(limitAdmission({ machineId: `m-${count}`, address }, broken))).toBe(
      "unavailable",
    );
});
