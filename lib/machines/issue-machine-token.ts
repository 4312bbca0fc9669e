import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { and, eq, lt } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { machines } from "../../drizzle/schema/machines.ts";
import { currentHeadText } from "../audit/current-head.ts";
import { noteWitness } from "../audit/note-witness.ts";
import { type TokenRequest, type TokenResponse, tokenProofText } from "../contract/enroll.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { judgeCounter } from "./judge-counter.ts";
import { signMachineToken } from "./machine-token.ts";
import { noteCounterWentBack } from "./note-counter-went-back.ts";
import { noteRefusal } from "./note-refusal.ts";
import { noteTokenSource } from "./note-token-source.ts";
import { parkAsClone } from "./park-as-clone.ts";
import { signMachineAnchor } from "./sign-machine-anchor.ts";

/** Spread, so that machines that came back together do not renew together. */
const ttlSecondsMin = 45 * 60;
const ttlSecondsMax = 60 * 60;

type Machine = typeof machines.$inferSelect;

/** Its counter was used before: the next one has to exceed `counter`. */
export class CounterReusedError extends ProblemError {
  constructor(readonly counter: number) {
    super(
      "counter_reused",
      "This counter was used before. Is this machine a clone, or was its disk restored?",
    );
  }
}

/**
 * Proof of the machine's key → bearer token. The proof names a counter that must exceed the last
 * one: an old proof, or that of a cloned disk, is refused. No clock of the machine is trusted.
 * @param freshnessSequence of the newest news that this master has signed or seen
 * @throws ProblemError machine_unknown, unauthenticated, forbidden, machine_revoked, counter_reused
 */
export async function issueMachineToken(
  services: Services,
  key: KeyObject,
  request: TokenRequest,
  address = "",
  freshnessSequence = 0,
): Promise<TokenResponse> {
  const { machineId, clusterId } = request;
  const [machine] = await services.db.select().from(machines).where(eq(machines.id, machineId));
  if (machine?.id !== machineId || machine.clusterId !== clusterId)
    throw new ProblemError("machine_unknown", "This machine is not enrolled here. Enroll it anew.");
  if (!provesKey(machine.publicKey, request))
    throw new ProblemError("unauthenticated", "The signature does not belong to this machine.");
  await refuseUnlessAccepted(services, machine, address);
  await raiseCounter(services, machine, request);
  if (request.instance !== undefined && request.instance !== machine.tokenInstance)
    await noteTokenSource(services, request, address);
  noteWitness(services, request.auditHead, machineId);
  const spread = ttlSecondsMax - ttlSecondsMin;
  const expiresInSeconds = ttlSecondsMin + Math.floor(Math.random() * spread);
  const { instance } = request;
  const claims = { machineId, clusterId, type: machine.type, slot: machine.slot, instance };
  const token = signMachineToken(key, claims, services.now() + expiresInSeconds * 1000);
  const auditHead = await currentHeadText(services);
  const anchor = await signMachineAnchor(services, claims, request.counter, freshnessSequence);
  const said = { ...(auditHead === null ? {} : { auditHead }), ...(anchor ? { anchor } : {}) };
  return { token, expiresInSeconds, ...said };
}

async function raiseCounter(
  services: Services,
  machine: Machine,
  { counter, instance }: TokenRequest,
): Promise<void> {
  const nowMs = services.now();
  const isOther = instance !== undefined && instance !== machine.tokenInstance;
  const [raised] = await services.db
    .update(machines)
    .set({
      ...{ tokenCounter: counter, tokenAtMs: nowMs },
      ...(isOther ? { tokenInstance: instance, tokenInstanceAtMs: nowMs } : {}),
    })
    .where(
      and(
        eq(machines.id, machine.id),
        lt(machines.tokenCounter, counter),
        eq(machines.status, "accepted"),
      ),
    );
  if ((raised as ResultSetHeader).affectedRows === 1) return;
  const verdict = judgeCounter(machine, { counter, instance: instance ?? "" }, nowMs);
  if (verdict === "wentBack") await noteCounterWentBack(services, machine, counter);
  if (verdict === "alternates") {
    await parkAsClone(services, machine, "two copies of one process take each other's counters");
    refuseParked();
  }
  throw new CounterReusedError(machine.tokenCounter);
}

async function refuseUnlessAccepted(
  services: Services,
  { id, clusterId, status }: Machine,
  address: string,
): Promise<void> {
  if (status === "accepted") return;
  if (status === "parked") refuseParked();
  if (status === "pending") throw notYet("This machine waits for an operator to accept it.");
  await noteRefusal(services, `revoked ${id} ${address}`, {
    ...{ source: `agent ${address}`, action: "machine.refused" },
    ...{ subjectKind: "machine", subjectId: id, clusterId, after: { code: "machine_revoked" } },
  });
  throw new ProblemError("machine_revoked", "This machine was revoked by an operator.");
}

function refuseParked(): never {
  throw notYet("This machine is parked: an operator has to look at it.");
}

function notYet(detail: string): ProblemError {
  return new ProblemError("forbidden", detail, { retryAfterSeconds: 60 });
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
