import { and, eq, gte, sql } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import type { EnrollRequest } from "../contract/enroll.ts";
import { slotOf } from "../desired-state/slot.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import type { EnrollmentToken } from "./enroll-machine.ts";

/*
 * Every admission writes the end of the audit chain, and most count one token down: transactions on
 * the same rows, which the database carries out one after the other, each with its own way to the
 * disk. So those that arrive while one is under way go into the next one together.
 */

export type Admission = { token: EnrollmentToken; request: EnrollRequest; ctx: RequestContext };
type Waiting = { admission: Admission; done: () => void; failed: (error: unknown) => void };
type Queue = { waiting: Waiting[]; running: boolean };

const batchMax = 200;
const queues = new WeakMap<Services["pool"], Queue>();

/**
 * Stores a new machine, with its audit row.
 * @throws ProblemError enrollment_token_invalid when the token is used up; what the database says
 * when the machine is there already
 */
export function admitMachine(services: Services, admission: Admission): Promise<void> {
  const queue = queues.get(services.pool) ?? { waiting: [], running: false };
  queues.set(services.pool, queue);
  return new Promise((done, failed) => {
    queue.waiting.push({ admission, done, failed });
    if (!queue.running) void drain(services, queue);
  });
}

async function drain(services: Services, queue: Queue): Promise<void> {
  queue.running = true;
  while (queue.waiting.length > 0) await admitTogether(services, takeBatch(queue));
  queue.running = false;
}

/** Each machine once: the second of two with one id has to see that the first is there. */
function takeBatch(queue: Queue): Waiting[] {
  const batch = new Map<string, Waiting>();
  const later: Waiting[] = [];
  for (const one of queue.waiting) {
    const { machineId } = one.admission.request;
    if (batch.size < batchMax && !batch.has(machineId)) batch.set(machineId, one);
    else later.push(one);
  }
  queue.waiting = later;
  return [...batch.values()];
}

/** All, or, if that fails, each by itself: one that is refused must not hold up the others. */
async function admitTogether(services: Services, batch: Waiting[]): Promise<void> {
  try {
    await store(
      services,
      batch.map(({ admission }) => admission),
    );
    for (const { done } of batch) done();
  } catch (error) {
    if (batch.length === 1) batch[0]!.failed(error);
    else for (const one of batch) await admitTogether(services, [one]);
  }
}

async function store(services: Services, admissions: Admission[]): Promise<void> {
  await auditedTransaction(services, admissions[0]!.ctx, async (tx, audit) => {
    await tx.insert(machines).values(admissions.map((one) => machineRow(one, services.now())));
    await countDown(tx, admissions);
    for (const one of admissions) await audit(auditEntry(one));
  });
}

/** A token without a limit is not written at all. */
async function countDown(tx: Transaction, admissions: Admission[]): Promise<void> {
  const uses = new Map<number, number>();
  for (const { token } of admissions)
    if (token.usesLeft !== null) uses.set(token.id, (uses.get(token.id) ?? 0) + 1);
  for (const [id, count] of [...uses].sort(([a], [b]) => a - b)) {
    const [used] = await tx
      .update(enrollmentTokens)
      .set({ usesLeft: sql`${enrollmentTokens.usesLeft} - ${count}` })
      .where(and(eq(enrollmentTokens.id, id), gte(enrollmentTokens.usesLeft, count)));
    if ((used as ResultSetHeader).affectedRows !== 1)
      throw new ProblemError("enrollment_token_invalid", "The enrollment token is used up.");
  }
}

function machineRow({ token, request }: Admission, nowMs: number): typeof machines.$inferInsert {
  const { machineId, publicKey } = request;
  return {
    ...{ id: machineId, clusterId: token.clusterId, slot: slotOf(machineId), publicKey },
    ...factsOf({ token, request }),
    ...statusOf(token, nowMs),
    ...{ enrollmentTokenId: token.id, labels: token.labels },
    ...{ enrolledAtMs: nowMs, lastSeenAtMs: nowMs },
  };
}

export function factsOf({ token, request: { facts } }: Pick<Admission, "token" | "request">) {
  const { type, platform, hostname, ifritAgentVersion } = facts;
  const labelled = { ...facts, labels: { ...facts.labels, ...token.labels } };
  return { type, platform, hostname, ifritAgentVersion, facts: labelled };
}

export function statusOf({ accept, createdBy }: EnrollmentToken, nowMs: number) {
  if (accept === "automatic") return { status: "accepted" as const, statusReason: null };
  const reason = { code: "byHand" as const, by: createdBy, remark: "", atMs: nowMs };
  return { status: "pending" as const, statusReason: reason };
}

export function auditEntry({ token, request, ctx }: Admission): AuditEntry {
  const { hostname, type } = request.facts;
  return {
    ...{ action: "machine.enrolled", subjectKind: "machine", subjectId: request.machineId },
    ...{ clusterId: token.clusterId, by: ctx },
    after: { hostname, type, enrollmentToken: token.label, accept: token.accept },
  };
}
