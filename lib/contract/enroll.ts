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
  /** Envelope of the newest root document; absent: this master signs nothing. */
  root: z.string().optional(),
});
export type EnrollResponse = z.infer<typeof EnrollResponse>;

/** POST /api/agent/v1/token: proof of the machine's key → a short-lived bearer token. */
export const TokenRequest = z.object({
  machineId: MachineId,
  clusterId: ClusterId,
  /** Strictly increasing per machine and persisted before use: a replayed or cloned one is refused. No clock is trusted. */
  counter: z.number().int().positive(),
  /**
   * Chosen by each process of ifrit-agent at its start. A token of an earlier process that is used
   * after a later one got its own means that two machines share one identity.
   */
  instance: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** By what a person tells the two apart. Nothing is decided by it. */
  source: z
    .object({
      hostname: z.string().max(255),
      addresses: z.array(z.string().max(64)).max(32),
      /** Digest of the network cards' own addresses. */
      hardware: z.string().max(64),
      bootId: z.string().max(64),
    })
    .optional(),
  /** The newest end of the audit log that a master ever gave this machine: it bears witness. */
  auditHead: z.string().max(300).optional(),
  /** Ed25519 over tokenProofText(…), base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** The exact text that a machine signs to ask for a token. */
export function tokenProofText(request: Omit<TokenRequest, "signature">): string {
  const { clusterId, machineId, counter, instance, source, auditHead } = request;
  const named = `${clusterId}\n${machineId}\n${counter}`;
  if (instance === undefined) return `ifrit-token-v1\n${named}`;
  const { hostname, addresses, hardware, bootId } = source ?? {};
  const told = [instance, hostname, addresses, hardware, bootId, auditHead];
  return `ifrit-token-v2\n${named}\n${JSON.stringify(told)}`;
}

export const TokenResponse = z.object({
  token: z.string(),
  expiresInSeconds: z.number().int().positive(),
  /** The end of the audit log, signed. The machine keeps the newest and sends it with its next request. */
  auditHead: z.string().max(300).optional(),
  /** Envelope of the anchor statement that answers this request's counter; absent: signs nothing. */
  anchor: z.string().optional(),
});
export type TokenResponse = z.infer<typeof TokenResponse>;

/** GET /api/agent/v1/trust/roots?after=<version> */
export const TrustRootsResponse = z.object({
  /** Envelopes, oldest first, each the direct successor of the one before; at most 16. Verification bounds their lengths. */
  roots: z.array(z.string()).max(16),
});
export type TrustRootsResponse = z.infer<typeof TrustRootsResponse>;
