import { eq } from "drizzle-orm";
import { enrollmentTokens } from "../../drizzle/schema/enrollment-tokens.ts";
import type { Transaction } from "../platform/database.ts";

/** A cluster that is gone takes no machines. */
export async function forgetEnrollmentTokens(tx: Transaction, clusterId: string): Promise<void> {
  await tx.delete(enrollmentTokens).where(eq(enrollmentTokens.clusterId, clusterId));
}
