import type { KeyObject } from "node:crypto";
import { type AgentAnswer, fixedProblem } from "../platform/agent-answer.ts";
import { type MachineClaims, verifyMachineToken } from "./machine-token.ts";

/** What every master holds in memory to know a machine by its bearer token. */
export type MachineGate = {
  tokenKey: KeyObject;
  /** Machines that may not check in, though their token may still hold. */
  blocked: ReadonlyMap<string, "parked" | "revoked" | "pending">;
  now: () => number;
};

const unauthenticated = fixedProblem("unauthenticated", "A machine's bearer token is needed.");
const expired = fixedProblem("token_expired", "The token has expired. Ask for a new one.");
const revoked = fixedProblem("machine_revoked", "This machine was revoked by an operator.");
const parked = fixedProblem(
  "forbidden",
  "This machine is parked: an operator has to look at it.",
  60,
);
const pending = fixedProblem("forbidden", "This machine waits for an operator to accept it.", 60);
const bearer = "Bearer ";

/** The machine, or the answer that refuses it. */
export function authenticateMachine(
  gate: MachineGate,
  authorization: string | undefined,
): MachineClaims | AgentAnswer {
  if (authorization === undefined || !authorization.startsWith(bearer)) return unauthenticated;
  const verdict = verifyMachineToken(gate.tokenKey, authorization.slice(bearer.length), gate.now());
  if (verdict === "invalid") return unauthenticated;
  if (verdict === "expired") return expired;
  if (gate.blocked.size > 0) {
    const block = gate.blocked.get(verdict.machineId);
    if (block === "revoked") return revoked;
    if (block) return block === "pending" ? pending : parked;
  }
  return verdict;
}

export function isRefusal(value: MachineClaims | AgentAnswer): value is AgentAnswer {
  return "status" in value;
}
