import { randomUUID } from "node:crypto";
import { and, eq, gt, sql } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import type { EnrollRequest, EnrollResponse } from "../contract/enroll.ts";
import { slotOf } from "../desired-state/slot.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashEnrollmentToken } from "./create-enrollment-token.ts";

/**
 * A machine introduces itself: enrollment token, id, public key. The token's uses are counted down
 * in the same transaction, so that a single-use token enrolls one machine however many try at once.
 * A machine that repeats itself (its first answer was lost) is accepted again and uses nothing up.
 */
export async function enrollMachine(
  services: Services,
  request: EnrollRequest,
  source: string,
): Promise<EnrollResponse> {
  const [token] = await services.db
    .select()
    .from(enrollmentTokens)
    .where(eq(enrollmentTokens.tokenHash, hashEnrollmentToken(request.enrollmentToken)));
  if (!token) throw refusedToken("is not known");
  const known = await findMachine(services, request.machineId);
  if (known) return acceptAgain(known, request, token.clusterId);
  if (token.expiresAtMs <= services.now()) throw refusedToken("has expired");

  const ctx: RequestContext = {
    actor: { kind: "machine", name: request.machineId },
    requestId: randomUUID(),
    source,
  };
  try {
    await auditedTransaction(services, ctx, (tx, audit) =>
      insertMachine(tx, audit, token, request, services.now()),
    );
  } catch (error) {
    // Two at once with one id: the first one won.
    const winner = await findMachine(services, request.machineId);
    if (!winner) throw error;
    return acceptAgain(winner, request, token.clusterId);
  }
  return { status: "accepted", clusterId: token.clusterId };
}

async function insertMachine(
  tx: Transaction,
  audit: (entry: AuditEntry) => Promise<void>,
  token: { id: number; clusterId: string; label: string },
  { machineId, publicKey, facts }: EnrollRequest,
  nowMs: number,
): Promise<void> {
  const [used] = await tx
    .update(enrollmentTokens)
    .set({ usesLeft: sql`${enrollmentTokens.usesLeft} - 1` })
    .where(and(eq(enrollmentTokens.id, token.id), gt(enrollmentTokens.usesLeft, 0)));
  if ((used as ResultSetHeader).affectedRows !== 1) throw refusedToken("is used up");
  await tx.insert(machines).values({
    id: machineId,
    clusterId: token.clusterId,
    type: facts.type,
    platform: facts.platform,
    slot: slotOf(machineId),
    hostname: facts.hostname,
    facts,
    status: "accepted",
    publicKey,
    ifritAgentVersion: facts.ifritAgentVersion,
    enrolledAtMs: nowMs,
    lastSeenAtMs: nowMs,
  });
  await audit({
    action: "machine.enrolled",
    subjectKind: "machine",
    subjectId: machineId,
    clusterId: token.clusterId,
    after: { hostname: facts.hostname, type: facts.type, enrollmentToken: token.label },
  });
}

async function findMachine(services: Services, machineId: string) {
  const [machine] = await services.db.select().from(machines).where(eq(machines.id, machineId));
  return machine;
}

function acceptAgain(
  known: typeof machines.$inferSelect,
  request: EnrollRequest,
  clusterId: string,
): EnrollResponse {
  if (known.id !== request.machineId || known.publicKey !== request.publicKey)
    throw new ProblemError(
      "conflict",
      `Machine id "${request.machineId}" is enrolled with another key. Give this machine an id of its own, or have the old one removed.`,
    );
  if (known.clusterId !== clusterId)
    throw new ProblemError("conflict", `This machine is enrolled in cluster "${known.clusterId}".`);
  if (known.status === "revoked")
    throw new ProblemError("machine_revoked", "This machine was revoked by an operator.");
  return { status: known.status === "pending" ? "pending" : "accepted", clusterId };
}

function refusedToken(why: string): ProblemError {
  return new ProblemError(
    "enrollment_token_invalid",
    `The enrollment token ${why}. Ask an operator for a new one.`,
  );
}
