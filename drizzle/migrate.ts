import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/mysql2";
import { migrate } from "drizzle-orm/mysql2/migrator";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { allowSilence } from "../lib/platform/bound-pool.ts";

const migrationsFolder = join(dirname(fileURLToPath(import.meta.url)), "migrations");
const lockSecondsMax = 120;

/**
 * Brings the database to this version's schema. Under a lock of the database itself, so that
 * several instances that start at once do not migrate twice.
 */
export async function migrateDatabase(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  allowSilence(connection);
  try {
    // The pool types its connections for the promise API; drizzle takes them the same way.
    const db = drizzle(connection as never);
    const [locked] = await connection.query<RowDataPacket[]>(
      "SELECT GET_LOCK(CONCAT('ifrit-migrate-', LEFT(SHA2(DATABASE(), 256), 32)), ?) AS got",
      [lockSecondsMax],
    );
    if (locked[0]?.got !== 1)
      throw new Error(`another process has been migrating the database for ${lockSecondsMax} s`);
    await ensureBinaryCollation(connection);
    await migrate(db, { migrationsFolder });
    await db.execute(
      sql`DO RELEASE_LOCK(CONCAT('ifrit-migrate-', LEFT(SHA2(DATABASE(), 256), 32)))`,
    );
  } finally {
    // A connection that failed half-way may hold the lock or a transaction: it is not used again.
    connection.destroy();
  }
}

/** Ids that differ in case only are different ids, whatever the server's default says. */
async function ensureBinaryCollation(connection: {
  query: (text: string) => Promise<unknown>;
}): Promise<void> {
  const [rows] = (await connection.query(
    "SELECT DATABASE() AS name, @@collation_database AS collation",
  )) as [{ name: string; collation: string }[]];
  const row = rows[0];
  if (!row || row.collation === "utf8mb4_bin") return;
  const name = row.name.replaceAll("`", "``");
  await connection.query(`ALTER DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}
