import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { type MachineType, machineTypes } from "../contract/machine-type.ts";
import { deriveSecret } from "../platform/secrets.ts";

/** What the check-in needs of a machine, so that it need not look it up. */
export type MachineClaims = {
  machineId: string;
  clusterId: string;
  type: MachineType;
  slot: number;
  /** The process that got the token; absent: it named none. */
  instance?: string;
};

export type TokenVerdict = MachineClaims | "invalid" | "expired";

/*
 * ifm1.<base64url of "machine cluster type slot expiry[ instance]">.<base64url of its HMAC-SHA256>
 * None of the parts can hold a space. The expiry is in whole seconds by the master's clock.
 */
const prefix = "ifm1.";
const macLength = 43;
const knownTypes: ReadonlySet<string> = new Set(machineTypes);

export function machineTokenKey(ifritSecret: string): KeyObject {
  return createSecretKey(deriveSecret(ifritSecret, "machine-token"));
}

export function signMachineToken(
  key: KeyObject,
  claims: MachineClaims,
  expiresAtMs: number,
): string {
  const { machineId, clusterId, type, slot, instance } = claims;
  const expiry = Math.floor(expiresAtMs / 1000);
  const named = instance === undefined ? "" : ` ${instance}`;
  const text = `${machineId} ${clusterId} ${type} ${slot} ${expiry}${named}`;
  const payload = Buffer.from(text).toString("base64url");
  return `${prefix}${payload}.${macOf(key, payload)}`;
}

/** Microseconds: one HMAC, no look-up. Nothing of the payload is read before the HMAC holds. */
export function verifyMachineToken(key: KeyObject, token: string, nowMs: number): TokenVerdict {
  const dot = token.length - macLength - 1;
  if (dot <= prefix.length || !token.startsWith(prefix) || token[dot] !== ".") return "invalid";
  const payload = token.slice(prefix.length, dot);
  const expected = Buffer.from(macOf(key, payload), "latin1");
  const given = Buffer.from(token.slice(dot + 1), "latin1");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "invalid";
  const [machineId, clusterId, type, slot, expiry, instance] = Buffer.from(payload, "base64url")
    .toString("latin1")
    .split(" ") as [string, string, string, string, string, string | undefined];
  if (!knownTypes.has(type)) return "invalid";
  if (Number(expiry) * 1000 <= nowMs) return "expired";
  const claims = { machineId, clusterId, type: type as MachineType, slot: Number(slot) };
  return instance === undefined ? claims : { ...claims, instance };
}

function macOf(key: KeyObject, payload: string): string {
  return createHmac("sha256", key).update(payload).digest("base64url");
}
