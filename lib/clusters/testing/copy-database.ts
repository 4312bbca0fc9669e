import { randomBytes } from "node:crypto";
import type { RowDataPacket } from "mysql2/promise";
import type { Services } from "../../platform/services.ts";

/** A backup of all tables, as they are now. The function returned puts them back. */
export async function copyDatabase({ pool, env }: Services): Promise<() => Promise<void>> {
  const own = new URL(env.DATABASE_URL).pathname.slice(1);
  const copy = `${own}_${randomBytes(3).toString("hex")}`;
  await pool.query(`CREATE DATABASE ${copy}`);
  const [rows] = await pool.query<RowDataPacket[]>("SHOW TABLES");
  const tables = rows.map((row) => Object.values(row)[0] as string);
  for (const table of tables) {
    await pool.query(`CREATE TABLE ${copy}.${table} LIKE ${own}.${table}`);
    await pool.query(`INSERT INTO ${copy}.${table} SELECT * FROM ${own}.${table}`);
  }
  return async () => {
    for (const table of tables) {
      await pool.query(`TRUNCATE TABLE ${own}.${table}`);
      await pool.query(`INSERT INTO ${own}.${table} SELECT * FROM ${copy}.${table}`);
    }
    await pool.query(`DROP DATABASE ${copy}`);
  };
}
