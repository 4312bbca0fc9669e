import { drizzle } from "drizzle-orm/mysql2";
import type { PoolConnection } from "mysql2/promise";
import type { Database } from "../../platform/database.ts";
import type { Services } from "../../platform/services.ts";

/** Where a transaction stops: before its n-th statement, or with its commit on the way. */
export type Boundary = number | "commitOnTheWay";

/** Holds the transactions of one verb at a boundary until it is let go. */
export class Gate {
  statements = 0;
  /** The write and its audit row are committed; what comes after only reads. */
  isCommitted = false;
  #isRecorded = false;
  readonly isHeld: Promise<void>;
  #held!: () => void;
  #go!: () => void;
  readonly #let: Promise<void>;

  constructor(readonly at: Boundary) {
    this.isHeld = new Promise((resolve) => {
      this.#held = resolve;
    });
    this.#let = new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  letGo(): void {
    this.#go();
  }

  async send<T>(text: string, statement: () => Promise<T>): Promise<T> {
    this.statements += 1;
    if (this.at === "commitOnTheWay" && /^commit/i.test(text)) {
      const answer = statement();
      this.#held();
      return answer;
    }
    if (this.statements === this.at) {
      this.#held();
      await this.#let;
    }
    const answer = await statement();
    if (/^insert into `audit_log`/i.test(text)) this.#isRecorded = true;
    if (this.#isRecorded && /^commit/i.test(text)) this.isCommitted = true;
    return answer;
  }
}

/** The same services; every statement of their transactions passes the gate. */
export function withGate(services: Services, gate: Gate): Services {
  const { pool } = services;
  const gated = {
    query: pool.query.bind(pool),
    execute: pool.execute.bind(pool),
    getConnection: async () => gateConnection(await pool.getConnection(), gate),
  };
  return { ...services, db: drizzle(gated as never) as unknown as Database };
}

function gateConnection(connection: PoolConnection, gate: Gate): PoolConnection {
  return new Proxy(connection, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      if (name !== "query" && name !== "execute") return value.bind(target);
      return (...args: unknown[]) => {
        const [asked] = args as [string | { sql: string }];
        const text = typeof asked === "string" ? asked : asked.sql;
        return gate.send(text, () => value.apply(target, args) as Promise<unknown>);
      };
    },
  });
}
