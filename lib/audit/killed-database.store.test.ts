import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RowDataPacket } from "mysql2/promise";
import { afterEach, expect, test } from "vitest";
import { migrateDatabase } from "../../drizzle/migrate.ts";
import { closeOwnStores, openOwnStores } from "../master/testing/own-stores.ts";
import { closeServices, openServices, type Services } from "../platform/services.ts";
import { type Boundary, Gate, withGate } from "./testing/gated-database.ts";
import { notRunHere, writeVerbs } from "./testing/write-verbs.ts";
import { verifyAudit } from "./verify-audit.ts";

/*
 * MariaDB is killed with SIGKILL while every verb that writes stands at a boundary of its transaction:
 * before its first statement, its second, and so on to its commit; and with the commit on the way.
 * Each verb has a database of its own on that server, so that one kill tries all of them at once.
 */

const lib = fileURLToPath(new URL("..", import.meta.url));
/** Beyond the longest transaction. */
const statementsMax = 120;
const folders: string[] = [];

afterEach(async () => {
  await closeOwnStores();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Subject = { name: string; services: Services; tables: string[] };
type State = { audited: number; rows: string };

test("every file with a transaction that is audited is tried", () => {
  const files = readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .filter((file) => !file.includes("testing/"))
    .filter((file) =>
      /auditedTransaction\(|auditedTransaction</.test(readFileSync(join(lib, file), "utf8")),
    )
    .map((file) => file.slice(0, -".ts".length));
  const tried = new Set(Object.values(writeVerbs).flatMap((verb) => verb.in));
  expect(files.filter((file) => !tried.has(file) && !(file in notRunHere))).toEqual([]);
  expect([...tried].filter((file) => !files.includes(file))).toEqual([]);
});

test("fault 42: MySQL is killed at every boundary of every write: no half state, and an audit row exactly when something changed", {
  timeout: 900_000,
}, async () => {
  const stores = await openOwnStores();
  const subjects = await openSubjects(stores.open());
  let killed = 0;
  let waiting = subjects;
  for (let at = 1; waiting.length > 0 && at < statementsMax; at += 1) {
    const held = await killAt(stores, waiting, at);
    killed += held.length;
    waiting = held;
  }
  // None of them was longer than that.
  expect(waiting.map(({ name }) => name)).toEqual([]);
  await killAt(stores, subjects, "commitOnTheWay");
  for (const { name, services } of subjects) {
    const { rows, fault } = await verifyAudit(services);
    expect([name, fault]).toEqual([name, null]);
    expect(rows).toBeGreaterThan(0);
  }
  // Each has at least: begin, its own change, the end of the chain, the audit row, commit.
  expect(killed).toBeGreaterThan(subjects.length * 5);
  for (const { services } of subjects) await closeServices(services);
});

/** Brings every verb to the boundary, kills, starts anew, compares. Those that were held there. */
async function killAt(
  stores: Awaited<ReturnType<typeof openOwnStores>>,
  subjects: Subject[],
  at: Boundary,
): Promise<Subject[]> {
  const runs = await Promise.all(
    subjects.map(async (subject) => {
      const run = await writeVerbs[subject.name]!.prepare(subject.services);
      const before = await stateOf(subject);
      const gate = new Gate(at);
      const outcome = run(withGate(subject.services, gate)).then(
        () => ({ error: null }),
        (error: unknown) => ({ error }),
      );
      const first = await Promise.race([gate.isHeld.then(() => "held" as const), outcome]);
      return { subject, before, gate, outcome, first };
    }),
  );
  for (const { subject, first } of runs)
    if (first !== "held")
      expect([subject.name, String(first.error)]).toEqual([subject.name, "null"]);
  const { daemon } = stores.running.mariaDb;
  process.kill(daemon.identity.pid, "SIGKILL");
  await daemon.exited;
  for (const { gate } of runs) gate.letGo();
  const outcomes = await Promise.all(runs.map(({ outcome }) => outcome));
  await stores.restartMariaDb();
  for (const [index, { subject, before, gate, first }] of runs.entries()) {
    const after = await stateOf(subject);
    const what = `${subject.name}, ${first === "held" ? "" : "not "}held at ${at}`;
    const changed = { rows: after.rows !== before.rows, audited: after.audited > before.audited };
    expect({ what, ...changed }).toEqual({ what, rows: changed.audited, audited: changed.audited });
    // Whoever was told that it is done, finds it done; held before its commit, nothing is.
    const isDone = gate.isCommitted || outcomes[index]!.error === null;
    if (isDone || at !== "commitOnTheWay")
      expect({ what, ...changed }).toMatchObject({ audited: isDone });
  }
  return runs.filter(({ first }) => first === "held").map(({ subject }) => subject);
}

/** One database with the schema, and as many copies as there are verbs. */
async function openSubjects(template: Services): Promise<Subject[]> {
  await migrateDatabase(template.pool);
  const [rows] = await template.pool.query<RowDataPacket[]>("SHOW TABLES");
  const all = rows.map((row) => String(Object.values(row)[0]));
  const subjects: Subject[] = [];
  for (const [index, name] of Object.keys(writeVerbs).entries()) {
    const database = `ifrit_verb_${index}`;
    await template.pool.query(`CREATE DATABASE ${database}`);
    for (const table of all) {
      await template.pool.query(`CREATE TABLE ${database}.\`${table}\` LIKE \`${table}\``);
      await template.pool.query(`INSERT INTO ${database}.\`${table}\` SELECT * FROM \`${table}\``);
    }
    const folder = mkdtempSync(join(tmpdir(), "ifrit-killed-"));
    folders.push(folder);
    const url = new URL(template.env.DATABASE_URL);
    url.pathname = `/${database}`;
    const services = openServices({
      ...template.env,
      ...{ DATABASE_URL: url.href, IFRIT_DATA_DIR: folder },
      ...{ IFRIT_CONFIG: join(folder, "ifrit.config.yaml") },
      ...{ IFRIT_OIDC_ISSUER: "https://id.example.com", IFRIT_OIDC_CLIENT_ID: "ifrit" },
    });
    const tables = all.filter((table) => !table.startsWith("audit_") && table !== "leases");
    subjects.push({ name, services, tables });
  }
  return subjects;
}

async function stateOf({ services, tables }: Subject): Promise<State> {
  const [checksums] = await services.pool.query<RowDataPacket[]>(
    `CHECKSUM TABLE ${tables.map((table) => `\`${table}\``).join(", ")}`,
  );
  const [[audit]] = await services.pool.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS total FROM audit_log",
  );
  return { audited: Number(audit!.total), rows: JSON.stringify(checksums) };
}
