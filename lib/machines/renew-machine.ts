import { and, eq, gt, sql } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { EnrollResponse } from "../contract/enroll.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { type Admission, auditEntry, factsOf, statusOf } from "./admit-machines.ts";

/**
 * A machine whose key an operator declared void enrolls again under its id, with the key that it
 * brings: the first that comes with a good token. What was known of it stays.
 */
export async function renewMachine(
  services: Services,
  known: typeof machines.$inferSelect,
  admission: Admission,
): Promise<EnrollResponse> {
  const { token, request, ctx } = admission;
  const { clusterId } = token;
  if (known.clusterId !== clusterId)
    throw new ProblemError("conflict", `This machine is enrolled in cluster "${known.clusterId}".`);
  const next = { ...factsOf(admission), ...statusOf(token, services.now()) };
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [renewed] = await tx
      .update(machines)
      .set({
        ...{ ...next, publicKey: request.publicKey, tokenCounter: 0 },
        ...{ enrollmentTokenId: token.id, labels: token.labels },
      })
      .where(and(eq(machines.id, known.id), eq(machines.publicKey, "")));
    if ((renewed as ResultSetHeader).affectedRows !== 1)
      throw new ProblemError("conflict", "Another machine has just enrolled under this id.");
    if (token.usesLeft !== null) {
      const [used] = await tx
        .update(enrollmentTokens)
        .set({ usesLeft: sql`${enrollmentTokens.usesLeft} - 1` })
        .where(and(eq(enrollmentTokens.id, token.id), gt(enrollmentTokens.usesLeft, 0)));
      if ((used as ResultSetHeader).affectedRows !== 1)
        throw new ProblemError("enrollment_token_invalid", "The enrollment token is used up.");
    }
    await audit({ ...auditEntry(admission), before: { status: known.status } });
  });
  return { status: next.status, clusterId };
}
