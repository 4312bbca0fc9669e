import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { EnrollRequest, EnrollResponse } from "../contract/enroll.ts";
import { inNetworks } from "../platform/networks.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { type Admission, admitMachine } from "./admit-machines.ts";
import { hashEnrollmentToken } from "./create-enrollment-token.ts";
import { noteRefusal } from "./note-refusal.ts";
import { renewMachine } from "./renew-machine.ts";

export type EnrollmentToken = typeof enrollmentTokens.$inferSelect;
type KnownMachine = typeof machines.$inferSelect;

/**
 * A machine introduces itself: enrollment token, id, public key. The token's uses are counted down
 * in the same transaction, so that a single-use token enrolls one machine however many try at once.
 * A machine that repeats itself (its first answer was lost, or it waits to be accepted) uses nothing up.
 * @throws ProblemError enrollment_token_invalid, conflict, machine_revoked
 */
export async function enrollMachine(
  services: Services,
  request: EnrollRequest,
  address: string,
): Promise<EnrollResponse> {
  const [token] = await services.db
    .select()
    .from(enrollmentTokens)
    .where(eq(enrollmentTokens.tokenHash, hashEnrollmentToken(request.enrollmentToken)));
  if (!token) throw await refuse(services, address, null, "is not known");
  const known = await findMachine(services, request.machineId);
  if (known && known.publicKey !== "") return acceptAgain(known, request, token.clusterId);
  const why = whyRefused(token, address, services.now());
  if (why) throw await refuse(services, address, token, why);
  const ctx: RequestContext = {
    actor: { kind: "machine", name: request.machineId },
    requestId: randomUUID(),
    source: `agent ${address}`.slice(0, 64),
  };
  const admission = { token, request, ctx };
  if (known) return renewMachine(services, known, admission);
  return admit(services, admission, address);
}

async function admit(
  services: Services,
  admission: Admission,
  address: string,
): Promise<EnrollResponse> {
  const { token, request } = admission;
  const { clusterId } = token;
  try {
    await admitMachine(services, admission);
  } catch (error) {
    // Two at once with one id: the first one won.
    const winner = await findMachine(services, request.machineId);
    if (winner) return acceptAgain(winner, request, clusterId);
    if (error instanceof ProblemError) throw await refuse(services, address, token, "is used up");
    throw error;
  }
  return { status: token.accept === "byHand" ? "pending" : "accepted", clusterId };
}

function whyRefused(token: EnrollmentToken, address: string, nowMs: number): string | null {
  if (token.revokedAtMs !== null) return "was revoked";
  if (token.expiresAtMs <= nowMs) return "has expired";
  if (token.networks.length > 0 && !inNetworks(token.networks, address))
    return "is not for machines with this address";
  return null;
}

async function findMachine(
  services: Services,
  machineId: string,
): Promise<KnownMachine | undefined> {
  const [machine] = await services.db.select().from(machines).where(eq(machines.id, machineId));
  return machine;
}

function acceptAgain(
  known: KnownMachine,
  request: EnrollRequest,
  clusterId: string,
): EnrollResponse {
  if (known.id !== request.machineId || known.publicKey !== request.publicKey)
    throw new ProblemError(
      "conflict",
      `Machine id "${request.machineId}" is enrolled with another key. Give this machine an id of its own, or have an operator renew the old one.`,
    );
  if (known.clusterId !== clusterId)
    throw new ProblemError("conflict", `This machine is enrolled in cluster "${known.clusterId}".`);
  if (known.status === "revoked")
    throw new ProblemError("machine_revoked", "This machine was revoked by an operator.");
  return { status: known.status === "pending" ? "pending" : "accepted", clusterId };
}

/** The problem, after an alert in the audit log. */
async function refuse(
  services: Services,
  address: string,
  token: EnrollmentToken | null,
  why: string,
): Promise<ProblemError> {
  const subjectId = token ? String(token.id) : "unknown";
  await noteRefusal(services, `${subjectId} ${why} ${address}`, {
    source: `agent ${address}`,
    action: "enrollment.refused",
    ...{ subjectKind: "enrollment-token", subjectId },
    ...(token ? { clusterId: token.clusterId } : {}),
    after: { label: token?.label ?? "?", why },
  });
  return new ProblemError(
    "enrollment_token_invalid",
    `The enrollment token ${why}. Ask an operator for a new one.`,
  );
}
