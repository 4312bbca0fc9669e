import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { drizzle } from "drizzle-orm/mysql2";
import type { PoolConnection, RowDataPacket } from "mysql2/promise";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { auditRowHash } from "./audit-hash.ts";
import { auditKeyPath } from "./audit-key.ts";
import { auditedTransaction } from "./audited-transaction.ts";
import { type AuditVerdict, verifyAudit } from "./verify-audit.ts";

const ctx = systemContext("tester", "test");
const rowsTotal = 60;
let services: Services;
let nowMs = 1_700_000_000_000;

beforeAll(async () => {
  services = await createTestServices({ now: () => nowMs });
  for (let row = 0; row < rowsTotal; row += 1) {
    // Some heads are kept on the way.
    nowMs += 5_000;
    await write(services, row);
  }
});

function write(on: Services, row: number): Promise<void> {
  return auditedTransaction(on, ctx, (_tx, audit) =>
    audit({
      ...{ action: "release.paused", subjectKind: "release", subjectId: String(row) },
      before: { state: "running", z: 1, a: [row, "中文"], gone: undefined },
      ...(row % 3 === 0 ? {} : { after: { state: "paused", share: 0.1 } }),
    }),
  );
}

/** What somebody with every right on the database does; undone afterwards. */
async function verdictAfter(
  tamper: (connection: PoolConnection) => Promise<unknown>,
): Promise<AuditVerdict> {
  const connection = await services.pool.getConnection();
  try {
    await connection.beginTransaction();
    await tamper(connection);
    const asRoot = { pool: connection as never, db: drizzle(connection as never) as never };
    return await verifyAudit({ ...services, ...asRoot });
  } finally {
    await connection.rollback();
    connection.release();
  }
}

const anyOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;
const anySeq = (max = rowsTotal) => 1 + Math.floor(Math.random() * max);

const texts = ["actor", "action", "subject_id", "request_id", "source", "actor_kind"] as const;

const tampers: Record<
  string,
  () => { at: number | null; run: (c: PoolConnection) => Promise<unknown> }
> = {
  edit: () => {
    const at = anySeq();
    const column = anyOf(texts);
    return {
      at,
      run: (c) =>
        c.query(`UPDATE audit_log SET ${column} = CONCAT(${column}, 'x') WHERE seq = ?`, [at]),
    };
  },
  editTime: () => {
    const at = anySeq();
    return {
      at,
      run: (c) => c.query("UPDATE audit_log SET at_ms = at_ms + 1 WHERE seq = ?", [at]),
    };
  },
  editDiff: () => {
    const at = anySeq();
    const set = "UPDATE audit_log SET `before` = JSON_SET(`before`, '$.state', 'x') WHERE seq = ?";
    return { at, run: (c) => c.query(set, [at]) };
  },
  clearDiff: () => {
    const at = anySeq();
    return { at, run: (c) => c.query("UPDATE audit_log SET `before` = NULL WHERE seq = ?", [at]) };
  },
  delete: () => {
    const at = anySeq();
    return { at, run: (c) => c.query("DELETE FROM audit_log WHERE seq = ?", [at]) };
  },
  deleteAndCloseTheGap: () => {
    const at = anySeq(rowsTotal - 1);
    return {
      at,
      run: async (c) => {
        await c.query("DELETE FROM audit_log WHERE seq = ?", [at]);
        await c.query("UPDATE audit_log SET seq = seq - 1 WHERE seq > ? ORDER BY seq", [at]);
      },
    };
  },
  swap: () => {
    const at = anySeq(rowsTotal - 1);
    const other = at + 1 + Math.floor(Math.random() * (rowsTotal - at));
    return { at, run: (c) => swapPlaces(c, at, other) };
  },
  truncate: () => {
    const at = anySeq();
    return { at, run: (c) => c.query("DELETE FROM audit_log WHERE seq >= ?", [at]) };
  },
  truncateToAKeptHead: () => ({ at: null, run: restoreKeptHead }),
  insert: () => ({
    at: null,
    run: (c) =>
      c.query(`INSERT INTO audit_log (at_ms, actor_kind, actor, action, subject_kind, subject_id, request_id, source, seq, hash)
        SELECT at_ms, actor_kind, actor, action, subject_kind, subject_id, request_id, source, ${anyOf(["NULL", "seq + 1000"])}, hash
        FROM audit_log WHERE seq = 7`),
  }),
  rewriteFromHere: () => {
    const at = anySeq();
    return { at: null, run: (c) => rewrite(c, at) };
  },
};

/** The contents change places, hashes and all; the places stay without a gap. */
async function swapPlaces(c: PoolConnection, a: number, b: number): Promise<void> {
  await c.query("UPDATE audit_log SET seq = 999999 WHERE seq = ?", [a]);
  await c.query("UPDATE audit_log SET seq = ? WHERE seq = ?", [a, b]);
  await c.query("UPDATE audit_log SET seq = ? WHERE seq = 999999", [b]);
}

/** Everything in the database agrees that the log ended at an earlier, properly signed head. */
async function restoreKeptHead(c: PoolConnection): Promise<void> {
  const [heads] = await c.query<RowDataPacket[]>("SELECT * FROM audit_heads WHERE seq < ?", [
    rowsTotal,
  ]);
  const head = anyOf(heads);
  await c.query("DELETE FROM audit_heads WHERE seq > ?", [head.seq]);
  await c.query("DELETE FROM audit_log WHERE seq > ?", [head.seq]);
  await c.query("UPDATE audit_chain SET seq=?, hash=?, at_ms=?, key_id=?, signature=?", [
    ...[head.seq, head.hash, head.at_ms, head.key_id, head.signature],
  ]);
}

/** An edit, and all hashes after it made anew: only the signatures are missing. */
async function rewrite(c: PoolConnection, at: number): Promise<void> {
  await c.query("UPDATE audit_log SET actor = 'nobody' WHERE seq = ?", [at]);
  const [rows] = await c.query<RowDataPacket[]>(
    "SELECT seq, at_ms AS atMs, actor_kind AS actorKind, actor, action, subject_kind AS subjectKind, subject_id AS subjectId, cluster_id AS clusterId, request_id AS requestId, source, CAST(`before` AS CHAR) AS `before`, CAST(`after` AS CHAR) AS `after`, hash FROM audit_log ORDER BY seq",
  );
  let previous = "0".repeat(64);
  for (const row of rows) {
    previous = auditRowHash(previous, row as never);
    await c.query("UPDATE audit_log SET hash = ? WHERE seq = ?", [previous, row.seq]);
  }
  await c.query("UPDATE audit_chain SET hash = ?", [previous]);
}

describe("the audit chain", () => {
  test("fault 63: 1,000 random edits, deletions, swaps and truncations as database root are found", async () => {
    expect(await verifyAudit(services)).toMatchObject({ rows: rowsTotal, fault: null });
    for (let round = 0; round < 1_000; round += 1) {
      const [name, make] = anyOf(Object.entries(tampers));
      const { at, run } = make();
      const { fault } = await verdictAfter(run);
      expect(fault, name).not.toBeNull();
      if (at !== null) expect(fault?.seq, `${name} at ${at}: ${JSON.stringify(fault)}`).toBe(at);
    }
    expect((await verifyAudit(services)).fault).toBeNull();
  }, 120_000);

  test("every kind of tampering is tried", async () => {
    for (const [name, make] of Object.entries(tampers))
      expect((await verdictAfter(make().run)).fault, name).not.toBeNull();
  });

  test("verifies from a place on", async () => {
    expect(await verifyAudit(services, { from: 41 })).toMatchObject({ rows: 20, fault: null });
  });

  test("many writes at once make one chain", async () => {
    const busy = await createTestServices();
    await Promise.all(Array.from({ length: 40 }, (_, row) => write(busy, row)));
    expect(await verifyAudit(busy)).toMatchObject({ rows: 40, lastSeq: 40, fault: null });
  });
});

describe("rows from before the chain", () => {
  let old: Services;
  beforeEach(async () => {
    old = await createTestServices();
    await old.db.insert(auditLog).values(
      [1, 2, 3].map((row) => ({
        ...{ atMs: row, actorKind: "user" as const, actor: "ada", action: "user.created" },
        ...{ subjectKind: "user", subjectId: String(row), clusterId: null, requestId: "r" },
        ...{ source: "test", before: null, after: { b: row, a: "x" } },
      })),
    );
  });

  test("are its first links, and covered from then on", async () => {
    await write(old, 0);
    expect(await verifyAudit(old)).toMatchObject({ rows: 4, fault: null });
    await old.pool.query("UPDATE audit_log SET actor = 'bob' WHERE subject_id = '2'");
    expect((await verifyAudit(old)).fault).toMatchObject({ seq: 2, reason: "changed" });
  });

  test("a key that cannot be used keeps nobody from writing, and is told", async () => {
    const path = auditKeyPath(old.env.IFRIT_DATA_DIR);
    mkdirSync(dirname(path));
    writeFileSync(path, "no key", { mode: 0o600 });
    await write(old, 0);
    await expect(verifyAudit(old)).rejects.toThrow(path);
    rmSync(path);
    expect((await verifyAudit(old)).fault?.reason).toBe("headForged");
  });
});
