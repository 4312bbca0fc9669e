import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowDataPacket } from "mysql2/promise";
import { auditChain } from "../drizzle/schema/audit-heads.ts";
import { auditRowHash, noHash } from "../lib/audit/audit-hash.ts";
import { signHead } from "../lib/audit/audit-head.ts";
import { verifyAudit } from "../lib/audit/verify-audit.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { openBenchServices, openBenchStores } from "./stores.ts";

/*
 * Verification of a long audit log, beside the least that it can cost: the same rows read, and
 * nothing done with them.
 */

const rowsTotal = Number(process.argv[2] ?? 1_000_000);
const insertRows = 5_000;
const pageRows = 5_000;
const secondsMax = 60;
const state = { agentName: "log-agent", version: "1.4.2", state: "running" };

const folder = mkdtempSync(join(tmpdir(), "ifrit-bench-"));
const stores = await openBenchStores(folder);
const services = openBenchServices(stores.env);
try {
  if (services.redis.status !== "ready") await once(services.redis, "ready");
  await main();
} finally {
  await closeServices(services);
  await stores.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  await fill(services);
  process.stdout.write(`${rowsTotal} rows are there\n`);
  const floor = await timed(() => readAll(services));
  const subject = await timed(async () => {
    const { rows, fault } = await verifyAudit(services);
    if (rows !== rowsTotal || fault) throw new Error(`not verified: ${JSON.stringify(fault)}`);
  });
  const summary = {
    bench: "audit",
    subject,
    floor,
    ratio: Math.round((floor / subject) * 100) / 100,
    unit: `seconds to verify ${rowsTotal} rows; floor: to read them`,
    ...{ rows: rowsTotal, secondsMax, withinGoal: subject <= secondsMax },
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

async function fill(to: Services): Promise<void> {
  let hash = noHash;
  for (let start = 1; start <= rowsTotal; start += insertRows) {
    const rows: unknown[][] = [];
    for (let seq = start; seq < start + insertRows && seq <= rowsTotal; seq += 1) {
      const row = rowAt(seq);
      hash = auditRowHash(hash, row);
      rows.push([...Object.values(row), hash]);
    }
    await to.pool.query(
      "INSERT INTO audit_log (seq, at_ms, actor_kind, actor, action, subject_kind, subject_id, cluster_id, request_id, source, `before`, `after`, hash) VALUES ?",
      [rows],
    );
  }
  await to.db.update(auditChain).set(await signHead(to, { seq: rowsTotal, hash, atMs: to.now() }));
}

function rowAt(seq: number) {
  const clusters = [{ clusterId: `cluster-${seq % 7}`, stageIndex: seq % 5, state: "batch" }];
  return {
    ...{ seq, atMs: 1_700_000_000_000 + seq, actorKind: "user", actor: `operator-${seq % 40}` },
    ...{ action: "release.stage-opened", subjectKind: "release", subjectId: String(seq % 9_000) },
    ...{ clusterId: `cluster-${seq % 7}`, requestId: `request-${seq}`, source: "console 10.0.0.1" },
    before: JSON.stringify({ ...state, clusters }),
    after: JSON.stringify({ ...state, clusters, remark: "" }),
  };
}

async function readAll({ pool }: Services): Promise<void> {
  for (let afterId = 0; ; ) {
    const [rows] = await pool.query<RowDataPacket[]>(
      "SELECT * FROM audit_log WHERE id > ? ORDER BY id LIMIT ?",
      [afterId, pageRows],
    );
    if (rows.length === 0) return;
    afterId = rows.at(-1)?.id as number;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.round((performance.now() - startedAt) / 100) / 10;
}
