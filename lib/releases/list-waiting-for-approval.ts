import { asc, eq } from "drizzle-orm";
import { releases } from "../../drizzle/schema/releases.ts";
import type { Services } from "../platform/services.ts";

/** Ids of the releases that a second person has to decide on, oldest first. */
export async function listWaitingForApproval({ db }: Pick<Services, "db">): Promise<number[]> {
  const rows = await db
    .select({ id: releases.id })
    .from(releases)
    .where(eq(releases.state, "waitingForApproval"))
    .orderBy(asc(releases.id));
  return rows.map(({ id }) => id);
}
