import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, expect, test } from "vitest";
import { openRedis } from "../../lib/platform/redis.ts";
import { UserError } from "../user-error.ts";
import { startMariaDb } from "./start-mariadb.ts";
import { startRedis } from "./start-redis.ts";

const password = "0123456789abcdef0123456789abcdef";
const base = mkdtempSync(join(tmpdir(), "ifrit-store-test-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<unknown> {
  const { username, password, searchParams } = new URL(url);
  const socketPath = searchParams.get("socketPath") ?? "";
  const connection = await createConnection({
    ...{ user: username, password, socketPath, database: "ifrit" },
  });
  const [rows] = await connection.query(text);
  await connection.end();
  return rows;
}

async function failure(start: Promise<unknown>): Promise<UserError> {
  const error = await start.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

test("startMariaDb() makes a folder whose making was killed, and loses nothing to kill -9", async () => {
  const folder = join(base, "mariadb");
  mkdirSync(join(folder, "data.part", "mysql"), { recursive: true });
  const first = await startMariaDb({ folder, password });
  await query(first.url, "CREATE TABLE kept (id INT) ");
  await query(first.url, "INSERT INTO kept VALUES (7)");
  process.kill(first.daemon.identity.pid, "SIGKILL");
  await first.daemon.exited;
  const second = await startMariaDb({ folder, password: password.replaceAll("0", "1") });
  expect(await query(second.url, "SELECT id FROM kept")).toEqual([{ id: 7 }]);
  const taken = await failure(startMariaDb({ folder, password }));
  expect(taken.message).toMatch(/Another MariaDB .* uses the folder/);
  await second.daemon.stop();
}, 60_000);

test("startMariaDb() says in a sentence that its folder is broken", async () => {
  const folder = join(base, "broken-mariadb");
  mkdirSync(join(folder, "data"), { recursive: true });
  const empty = await failure(startMariaDb({ folder, password }));
  expect(empty.message).toMatch(/cannot use its folder .* files of MariaDB are missing/);
  mkdirSync(join(folder, "data", "mysql"));
  writeFileSync(join(folder, "data", "ibdata1"), "rubbish");
  const broken = await failure(startMariaDb({ folder, password }));
  expect(broken.message).toMatch(/cannot use its folder/);
  expect(broken.remedy).toMatch(/mv .*data .*data\.broken/);
}, 60_000);

test("startRedis() loses nothing acknowledged to kill -9, also in a folder with a long name", async () => {
  const folder = join(base, "long-".repeat(24), "redis");
  const first = await startRedis({ folder });
  const writer = openRedis(first.url);
  await new Promise((resolve) => writer.once("ready", resolve));
  await writer.set("kept", "yes");
  process.kill(first.daemon.identity.pid, "SIGKILL");
  await first.daemon.exited;
  writer.disconnect();
  const second = await startRedis({ folder });
  const reader = openRedis(second.url);
  await new Promise((resolve) => reader.once("ready", resolve));
  expect(await reader.get("kept")).toBe("yes");
  reader.disconnect();
  await second.daemon.stop();
});

test("startRedis() says in a sentence that its folder is broken", async () => {
  const folder = join(base, "broken-redis");
  const appendFolder = join(folder, "data", "appendonlydir");
  mkdirSync(appendFolder, { recursive: true });
  writeFileSync(join(appendFolder, "appendonly.aof.manifest"), "rubbish\n");
  const broken = await failure(startRedis({ folder }));
  expect(broken.message).toMatch(/Redis cannot use its folder/);
  expect(broken.remedy).toMatch(/mv .*data .*data\.broken/);
});

test("servers that are made and started side by side do not delete each other's temporary tables", async () => {
  const folders = ["one", "two"].map((name) => join(base, `side-${name}`));
  const stores = await Promise.all(folders.map((folder) => startMariaDb({ folder, password })));
  for (const [index, { url }] of stores.entries())
    expect(await query(url, "SELECT @@tmpdir AS folder")).toEqual([
      { folder: join(folders[index]!, "tmp") },
    ]);
  await Promise.all(stores.map(({ daemon }) => daemon.stop()));
}, 60_000);
