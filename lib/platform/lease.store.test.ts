import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { leases } from "../../drizzle/schema/leases.ts";
import { createTestServices } from "../testing/test-services.ts";
import { holdsLease, LeaseLostError, releaseLease, requireLease, takeLease } from "./lease.ts";

test("one holder at a time; the next one gets a higher fence", async () => {
  const { db } = await createTestServices();
  const first = await takeLease(db, "job", "one", 60_000);
  expect(await takeLease(db, "job", "two", 60_000)).toBeNull();
  expect(await takeLease(db, "job", "one", 60_000)).toEqual(first);
  await releaseLease(db, first!);
  const second = await takeLease(db, "job", "two", 60_000);
  expect(second!.fence).toBe(first!.fence + 1);
});

test("a holder that slept past its lease writes nothing any more", async () => {
  const { db } = await createTestServices();
  const slept = (await takeLease(db, "job", "one", 1))!;
  await new Promise((resolve) => setTimeout(resolve, 20));
  const now = (await takeLease(db, "job", "two", 60_000))!;
  const touch = (lease: typeof now) =>
    db
      .update(leases)
      .set({ expiresAtMs: sql`${leases.expiresAtMs} + 1` })
      .where(holdsLease(lease));
  expect((await touch(slept))[0].affectedRows).toBe(0);
  expect((await touch(now))[0].affectedRows).toBe(1);
  await expect(db.transaction((tx) => requireLease(tx, slept))).rejects.toThrow(LeaseLostError);
  await db.transaction((tx) => requireLease(tx, now));
  await releaseLease(db, slept);
  expect(await takeLease(db, "job", "three", 60_000)).toBeNull();
});

test("of many that ask at once, one gets it", async () => {
  const { db } = await createTestServices();
  const asked = ["a", "b", "c", "d", "e", "f"].map((holder) =>
    takeLease(db, "job", holder, 60_000),
  );
  expect((await Promise.all(asked)).filter((lease) => lease !== null)).toHaveLength(1);
});
