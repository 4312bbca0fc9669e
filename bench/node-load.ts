import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Load, LoadResult } from "./load.ts";

/*
 * A closed-loop generator on bare sockets, in a process of its own: each connection has one request
 * under way. It only counts answers, so they must have no body.
 */

const load = JSON.parse(readFileSync(process.argv[2] as string, "utf8")) as Load;
const requests = load.requests.map((text) => Buffer.from(text));
const keepAlive = !/^connection: close/im.test(load.requests[0] as string);
const latencies: number[] = [];
const startedAt = performance.now();
const endAt = startedAt + load.seconds * 1000;
let sent = 0;
let running = load.connections;

for (let index = 0; index < load.connections; index += 1) openConnection();

function openConnection(): void {
  const socket = connect({ port: load.port, host: "127.0.0.1", noDelay: true });
  let askedAt = performance.now();
  let answered = false;
  socket.once("connect", () => ask(socket));
  socket.on("data", (chunk: Buffer) => {
    if (!chunk.includes(" 304 ")) fail(`not a 304: ${chunk.toString("latin1", 0, 200)}`);
    const now = performance.now();
    latencies.push(now - askedAt);
    answered = true;
    askedAt = now;
    if (!keepAlive) return;
    if (now < endAt) ask(socket);
    else socket.destroy();
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => {
    if (performance.now() >= endAt) finish();
    else if (keepAlive || !answered) fail("the server closed the connection");
    else openConnection();
  });
}

function ask(socket: Socket): void {
  socket.write(requests[sent++ % requests.length] as Buffer);
}

function finish(): void {
  running -= 1;
  if (running > 0) return;
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const result: LoadResult = {
    requests: latencies.length,
    requestsPerSecond: latencies.length / seconds,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  };
  process.stdout.write(JSON.stringify(result));
  process.exit(0);
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
