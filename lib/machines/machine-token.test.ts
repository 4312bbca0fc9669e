import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { machineTypes } from "../contract/machine-type.ts";
import { MachineId } from "../contract/names.ts";
import { type MachineClaims, signMachineToken, verifyMachineToken } from "./machine-token.ts";

const key = createSecretKey(Buffer.alloc(32, 7));
const otherKey = createSecretKey(Buffer.alloc(32, 8));
const nowMs = 1_700_000_000_000;
const claims: MachineClaims = { machineId: "m-1", clusterId: "c-1", type: "LINUX", slot: 77 };

const anyClaims = fc.record({
  machineId: fc
    .stringMatching(/^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/)
    .filter((id) => MachineId.safeParse(id).success),
  clusterId: fc.stringMatching(/^[a-z0-9]{1,20}(-[a-z0-9]{1,10}){0,2}$/),
  type: fc.constantFrom(...machineTypes),
  slot: fc.integer({ min: 0, max: 16_383 }),
});
const anyInstance = fc.option(fc.stringMatching(/^[0-9a-f]{16}$/), { nil: undefined });

test("verifyMachineToken() gives back what was signed", () => {
  fc.assert(
    fc.property(anyClaims, anyInstance, (named, instance) => {
      const given = { ...named, ...(instance === undefined ? {} : { instance }) };
      const token = signMachineToken(key, given, nowMs + 60_000);
      expect(verifyMachineToken(key, token, nowMs)).toEqual(given);
    }),
  );
});

test("a token with any character changed, added or taken away is invalid", () => {
  const token = signMachineToken(key, claims, nowMs + 60_000);
  const place = fc.integer({ min: 0, max: token.length - 1 });
  const insert = fc.constantFrom(..."ABCxyz019-_.=+/ ~");
  fc.assert(
    fc.property(place, insert, fc.constantFrom("change", "add", "cut"), (at, letter, how) => {
      const kept = how === "add" ? token.slice(at) : token.slice(at + 1);
      const forged = token.slice(0, at) + (how === "cut" ? "" : letter) + kept;
      if (forged !== token) expect(verifyMachineToken(key, forged, nowMs)).toBe("invalid");
    }),
    { numRuns: 2_000 },
  );
});

test("a token of another key is invalid", () => {
  const token = signMachineToken(otherKey, claims, nowMs + 60_000);
  expect(verifyMachineToken(key, token, nowMs)).toBe("invalid");
});

test("a token says that it has expired from the second of its expiry", () => {
  const token = signMachineToken(key, claims, nowMs + 60_000);
  expect(verifyMachineToken(key, token, nowMs + 59_999)).toEqual(claims);
  expect(verifyMachineToken(key, token, nowMs + 60_000)).toBe("expired");
});

test.each(["", "ifm1.", "ifm1..", `ifm1.${"a".repeat(200)}`, ".".repeat(60)])(
  "%j is invalid, not an exception",
  (token) => {
    expect(verifyMachineToken(key, token, nowMs)).toBe("invalid");
  },
);
