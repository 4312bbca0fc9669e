import type { Socket } from "node:net";
import type { Pool } from "mysql2/promise";

/*
 * A database that is there but does not answer (stopped, or behind a dead network) must cost seconds
 * and not requests that never end. mysql2 has no limit of its own for either kind of waiting.
 */

export type Bounds = {
  /** So long a request waits for a connection while all of them are in use. */
  waitMsMax: number;
  /** So long a statement may go without a byte from the database: more than it waits for a lock. */
  silentMsMax: number;
};

export const defaultBounds: Bounds = { waitMsMax: 5_000, silentMsMax: 60_000 };

type Connection = {
  stream: Socket;
  /** What it is at work on. */
  _command?: unknown;
  release(): void;
};
type Done = (error: Error | null, connection?: Connection) => void;
type CorePool = {
  getConnection(done: Done): void;
  on(event: "connection", listener: (connection: Connection) => void): void;
};

export function boundPool(pool: Pool, { waitMsMax, silentMsMax }: Bounds): void {
  const core = pool.pool as unknown as CorePool;
  const getConnection = core.getConnection.bind(core);
  core.getConnection = (done) => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      done(timedOut(`no connection to the database for ${waitMsMax} ms`));
    }, waitMsMax);
    getConnection((error, connection) => {
      clearTimeout(timer);
      // Whoever waited has gone; the connection is for the next.
      if (isOver) connection?.release();
      else done(error, connection);
    });
  };
  core.on("connection", (connection) => {
    const { stream } = connection;
    stream.setTimeout(silentMsMax);
    stream.on("timeout", () => {
      if (connection._command)
        stream.destroy(timedOut(`the database was silent for ${silentMsMax} ms`));
    });
  });
}

/** For statements that take as long as they take, such as a migration of many rows. */
export function allowSilence(connection: object): void {
  const core = (connection as { connection?: Connection }).connection;
  core?.stream.setTimeout(0);
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}
