import { z } from "zod";
import { MachineFacts } from "./machine-facts.ts";
import { ClusterId, MachineId } from "./names.ts";

/** POST /api/agent/v1/enroll */
export const EnrollRequest = z.object({
  enrollmentToken: z.string().min(16).max(200),
  machineId: MachineId,
  /** Raw Ed25519 public key, base64url, made on the machine; its private half never leaves it. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  facts: MachineFacts,
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;

export const EnrollResponse = z.object({
  status: z.enum(["accepted", "pending"]),
  clusterId: ClusterId,
});
export type EnrollResponse = z.infer<typeof EnrollResponse>;

/** POST /api/agent/v1/token: proof of the machine's key → a short-lived bearer token. */
export const TokenRequest = z.object({
  machineId: MachineId,
  clusterId: ClusterId,
  /** Strictly increasing per machine and persisted before use: a replayed or cloned one is refused. No clock is trusted. */
  counter: z.number().int().positive(),
  /** Ed25519 over tokenProofText(…), base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** The exact text that a machine signs to ask for a token. */
export function tokenProofText(request: {
  machineId: string;
  clusterId: string;
  counter: number;
}): string {
  return `ifrit-token-v1\n${request.clusterId}\n${request.machineId}\n${request.counter}`;
}

export const TokenResponse = z.object({
  token: z.string(),
  expiresInSeconds: z.number().int().positive(),
});
export type TokenResponse = z.infer<typeof TokenResponse>;
