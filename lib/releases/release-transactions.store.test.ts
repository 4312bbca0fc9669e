import { describe, expect, test } from "vitest";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { auditRows, ctx, desired, machineIds, release, services } from "./testing/ten-machines.ts";

describe("audit", () => {
  test("a transaction that fails half-way leaves neither change nor audit row", async () => {
    await release("1.0.0");
    const before = await auditRows();
    const failing = auditedTransaction(services, ctx, async (tx, audit) => {
      await tx.delete(desiredEntries);
      await audit({ action: "release.aborted", subjectKind: "release", subjectId: "1" });
      throw new Error("pulled the plug");
    });
    await expect(failing).rejects.toThrow("pulled the plug");
    expect(await desired()).toEqual(machineIds.map(() => "1.0.0"));
    expect(await auditRows()).toBe(before);
  });

  test("a connection that is killed inside the transaction leaves neither", async () => {
    const before = await auditRows();
    const killed = () =>
      auditedTransaction(services, ctx, async (tx, audit) => {
        await tx.delete(releaseEvents);
        await audit({ action: "release.aborted", subjectKind: "release", subjectId: "1" });
        const [rows] = await tx.execute("SELECT CONNECTION_ID() AS id");
        const { id } = (rows as unknown as { id: number }[])[0]!;
        await services.pool.query(`KILL ${id}`);
        await tx.execute("SELECT 1");
      });
    await expect(killed()).rejects.toThrow();
    expect(await auditRows()).toBe(before);
  });
});
