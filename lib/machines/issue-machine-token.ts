import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { and, eq, lt } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { machines } from "../../drizzle/schema/machines.ts";
import { type TokenRequest, type TokenResponse, tokenProofText } from "../contract/enroll.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { signMachineToken } from "./machine-token.ts";

/** Spread, so that machines that came back together do not renew together. */
const ttlSecondsMin = 45 * 60;
const ttlSecondsMax = 60 * 60;

/**
 * Proof of the machine's key → bearer token. The proof names a counter that must exceed the last
 * one: an old proof, or that of a cloned disk, is refused. No clock of the machine is trusted.
 */
export async function issueMachineToken(
  services: Services,
  key: KeyObject,
  request: TokenRequest,
): Promise<TokenResponse> {
  const { machineId, clusterId, counter } = request;
  const [machine] = await services.db.select().from(machines).where(eq(machines.id, machineId));
  if (machine?.id !== machineId || machine.clusterId !== clusterId)
    throw new ProblemError("machine_unknown", "This machine is not enrolled here. Enroll it anew.");
  if (!provesKey(machine.publicKey, request))
    throw new ProblemError("unauthenticated", "The signature does not belong to this machine.");
  refuseUnlessAccepted(machine.status);
  const [raised] = await services.db
    .update(machines)
    .set({ tokenCounter: counter })
    .where(
      and(
        eq(machines.id, machineId),
        lt(machines.tokenCounter, counter),
        eq(machines.status, "accepted"),
      ),
    );
  if ((raised as ResultSetHeader).affectedRows !== 1)
    throw new ProblemError(
      "counter_reused",
      "This counter was used before. Is this machine a clone, or was its disk restored?",
    );
  const spread = ttlSecondsMax - ttlSecondsMin;
  const expiresInSeconds = ttlSecondsMin + Math.floor(Math.random() * spread);
  const claims = { machineId, clusterId, type: machine.type, slot: machine.slot };
  const token = signMachineToken(key, claims, services.now() + expiresInSeconds * 1000);
  return { token, expiresInSeconds };
}

function refuseUnlessAccepted(status: (typeof machines.$inferSelect)["status"]): void {
  if (status === "accepted") return;
  if (status === "revoked")
    throw new ProblemError("machine_revoked", "This machine was revoked by an operator.");
  throw new ProblemError(
    "forbidden",
    status === "parked"
      ? "This machine is parked by an operator."
      : "This machine waits for an operator to accept it.",
    { retryAfterSeconds: 60 },
  );
}

function provesKey(publicKey: string, request: TokenRequest): boolean {
  try {
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: publicKey },
      format: "jwk",
    });
    const text = Buffer.from(tokenProofText(request));
    return verify(null, text, key, Buffer.from(request.signature, "base64url"));
  } catch {
    return false;
  }
}
