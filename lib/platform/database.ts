import { drizzle, type MySql2Database } from "drizzle-orm/mysql2";
import { createPool, type Pool } from "mysql2/promise";
import { type Bounds, boundPool, defaultBounds } from "./bound-pool.ts";

export type Database = MySql2Database;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** A connection URL may carry `?socketPath=/path` for a Unix socket. */
export function openDatabase(
  url: string,
  {
    connectionLimit = 10,
    bounds = defaultBounds,
  }: { connectionLimit?: number; bounds?: Bounds } = {},
): { db: Database; pool: Pool } {
  const parsed = new URL(url);
  const socketPath = parsed.searchParams.get("socketPath") ?? undefined;
  const pool = createPool({
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: parsed.pathname.slice(1),
    ...(socketPath
      ? { socketPath }
      : { host: parsed.hostname, port: parsed.port ? Number(parsed.port) : 3306 }),
    connectionLimit,
    maxIdle: connectionLimit,
    // A waiting line without end would turn a slow database into a dead server.
    queueLimit: 500,
    connectTimeout: 5_000,
    charset: "utf8mb4",
    timezone: "Z",
    supportBigNumbers: true,
    enableKeepAlive: true,
  });
  boundPool(pool, bounds);
  return { db: drizzle(pool), pool };
}
