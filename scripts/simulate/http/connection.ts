import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Answer } from "./answer.ts";
import { AnswerParser } from "./answer-parser.ts";

/** One request. `answered` is called once; null: there was no answer. */
export type Exchange = {
  text: string;
  answered: (answer: Answer | null) => void;
  /** How often it was sent; a connection may be closed under a request. */
  attempts: number;
};

export type ConnectionEvents = {
  /** There is room for another request. */
  onRoom: (connection: Connection) => void;
  /** These were sent and not answered. */
  onLost: (exchanges: Exchange[], connection: Connection) => void;
};

/** One connection to the master; requests are pipelined, and those of one turn of the loop are one write. */
export class Connection {
  readonly #url: URL;
  readonly #events: ConnectionEvents;
  #socket: Socket | null = null;
  #parser: AnswerParser | null = null;
  #flying: Exchange[] = [];
  #outgoing = "";
  /** When the oldest request that is not answered was sent, or the last answer came. */
  #waitingSinceMs = 0;

  constructor(url: URL, events: ConnectionEvents) {
    this.#url = url;
    this.#events = events;
  }

  get load(): number {
    return this.#flying.length;
  }

  send(exchange: Exchange): void {
    this.#socket ??= this.#open();
    if (this.#flying.length === 0) this.#waitingSinceMs = performance.now();
    exchange.attempts += 1;
    this.#flying.push(exchange);
    if (this.#outgoing === "") queueMicrotask(() => this.#flush());
    this.#outgoing += exchange.text;
  }

  /** Gives up when nothing came for so long. */
  checkTimeout(nowMs: number, timeoutMs: number): void {
    if (this.#flying.length > 0 && nowMs - this.#waitingSinceMs > timeoutMs) this.#end();
  }

  close(): void {
    this.#end();
  }

  #flush(): void {
    const text = this.#outgoing;
    this.#outgoing = "";
    if (text !== "") this.#socket?.write(text);
  }

  #open(): Socket {
    const secure = this.#url.protocol === "https:";
    const host = this.#url.hostname.replace(/^\[|\]$/g, "");
    const port = Number(this.#url.port || (secure ? 443 : 80));
    const socket = secure
      ? connectTls({ host, port, servername: host })
      : connectPlain({ host, port });
    socket.setNoDelay(true);
    this.#parser = new AnswerParser((answer) => this.#answered(answer));
    socket.on("data", (chunk: Buffer) => this.#read(socket, chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (socket === this.#socket) this.#end();
    });
    return socket;
  }

  #read(socket: Socket, chunk: Buffer): void {
    if (socket !== this.#socket) return;
    this.#waitingSinceMs = performance.now();
    try {
      this.#parser?.push(chunk);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#end();
      return;
    }
    if (this.#socket) this.#events.onRoom(this);
  }

  #answered(answer: Answer): void {
    const exchange = this.#flying.shift();
    if (!exchange) throw new SyntaxError("an answer that nobody asked for");
    exchange.answered(answer);
    if (answer.headers.connection?.toLowerCase() !== "close") return;
    // The server has not looked at those behind it: this try does not count.
    for (const behind of this.#flying) behind.attempts -= 1;
    this.#end();
  }

  #end(): void {
    const lost = this.#flying;
    this.#socket?.destroy();
    this.#socket = null;
    this.#parser = null;
    this.#flying = [];
    this.#outgoing = "";
    this.#events.onLost(lost, this);
  }
}
