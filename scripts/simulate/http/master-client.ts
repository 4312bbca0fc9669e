import { agentPaths, header } from "../../../lib/contract/headers.ts";
import { Problem } from "../../../lib/contract/problem.ts";
import type { Answer } from "./answer.ts";
import { ConnectionPool } from "./connection-pool.ts";

export type MasterClientOptions = { connections: number; pipelining: number };

export type CheckInRequest = {
  token: string;
  etag: string | null;
  stateDigest: string;
  appliedEtag: string | null;
  /** The agent that is about to be switched. */
  switching: string | null;
};

const timeoutMs = 30_000;

/**
 * The calls of the agent's wire, as text. Check-ins, reports and the rest have connections of their
 * own: an answer that waits for a store holds up those behind it.
 */
export class MasterClient {
  readonly #checkIns: ConnectionPool;
  readonly #reports: ConnectionPool;
  readonly #others: ConnectionPool;
  readonly #checkInHead: string;
  readonly #host: string;
  readonly #prefix: string;

  constructor(url: URL, { connections, pipelining }: MasterClientOptions) {
    this.#checkIns = new ConnectionPool(url, { connections, pipelining, timeoutMs });
    this.#reports = new ConnectionPool(url, { connections, pipelining, timeoutMs });
    this.#others = new ConnectionPool(url, { connections, pipelining: 1, timeoutMs });
    this.#host = url.host;
    this.#prefix = url.pathname.replace(/\/$/, "");
    this.#checkInHead = `GET ${this.#prefix}${agentPaths.desiredState} HTTP/1.1\r\nhost: ${url.host}\r\naccept: application/json\r\nauthorization: Bearer `;
  }

  get queued(): number {
    return this.#checkIns.queued + this.#reports.queued + this.#others.queued;
  }

  /** The path that all machines take all the time: a callback, no promise. */
  checkIn(request: CheckInRequest, answered: (answer: Answer | null) => void): void {
    let text = `${this.#checkInHead}${request.token}\r\n${header.stateDigest}: ${request.stateDigest}\r\n`;
    if (request.etag) text += `if-none-match: ${request.etag}\r\n`;
    if (request.appliedEtag) text += `${header.appliedEtag}: ${request.appliedEtag}\r\n`;
    if (request.switching) text += `${header.switching}: ${request.switching}\r\n`;
    this.#checkIns.request(`${text}\r\n`, answered);
  }

  post(path: string, body: unknown, token: string | null = null): Promise<Answer | null> {
    const json = JSON.stringify(body);
    const authorization = token ? `authorization: Bearer ${token}\r\n` : "";
    const text = `POST ${this.#prefix}${path} HTTP/1.1\r\nhost: ${this.#host}\r\n${authorization}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    const pool = path === agentPaths.report ? this.#reports : this.#others;
    return new Promise((resolve) => pool.request(text, resolve));
  }

  close(): void {
    this.#checkIns.close();
    this.#reports.close();
    this.#others.close();
  }
}

/** Its code, or its status where there is no problem document. */
export function problemOf(answer: Answer): { code: string; detail: string } {
  try {
    const { code, detail } = Problem.parse(JSON.parse(answer.body?.toString("utf8") ?? ""));
    return { code, detail };
  } catch {
    return { code: `http_${answer.status}`, detail: `The master answered ${answer.status}.` };
  }
}

export function retryAfterMs(answer: Answer): number | null {
  const value = answer.headers["retry-after"];
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) * 1000 : null;
}
