import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Answer } from "./answer.ts";
import { AnswerParser } from "./answer-parser.ts";
import { ConnectionPool } from "./connection-pool.ts";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function serve(listener: RequestListener): Promise<{ url: URL; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => server.close().closeAllConnections());
  return { server, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

function openPool(url: URL, options = {}) {
  const pool = new ConnectionPool(url, {
    ...{ connections: 2, pipelining: 4, timeoutMs: 30_000, ...options },
  });
  cleanUps.push(() => pool.close());
  return (path: string) =>
    new Promise<Answer | null>((resolve) =>
      pool.request(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`, resolve),
    );
}

test("every request gets its own answer, in whatever form its body comes", async () => {
  const { url } = await serve((req, res) => {
    const number = Number(req.url?.slice(1));
    if (number % 3 === 0) res.writeHead(304, { etag: req.url }).end();
    else if (number % 3 === 1) res.end(`body ${req.url}`);
    else {
      // Without a length: in chunks.
      res.write("body ");
      setImmediate(() => res.end(req.url));
    }
  });
  const get = openPool(url);
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => get(`/${index}`)));
  for (const [index, answer] of answers.entries()) {
    if (index % 3 === 0) expect(answer).toMatchObject({ status: 304, body: null });
    else expect(answer?.body?.toString()).toBe(`body /${index}`);
  }
});

test("a connection that the server closes costs no request its answer", async () => {
  let served = 0;
  const { url } = await serve((_req, res) => {
    served += 1;
    if (served % 5 === 0) res.shouldKeepAlive = false;
    res.end("x");
  });
  const get = openPool(url);
  const answers = await Promise.all(Array.from({ length: 20 }, () => get("/")));
  expect(answers.every((answer) => answer?.status === 200)).toBe(true);
});

test("no server, no answer and nonsense all end in null", async () => {
  const { url, server } = await serve(() => undefined);
  const silent = openPool(url, { timeoutMs: 100 });
  expect(await silent("/")).toBeNull();
  server.close().closeAllConnections();
  expect(await openPool(url)("/")).toBeNull();
  expect(() => new AnswerParser(() => undefined).push(Buffer.from("SSH-2.0\r\n\r\n"))).toThrow(
    SyntaxError,
  );
});

test("AnswerParser puts answers together however their bytes are cut", () => {
  const wire = Buffer.from(
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello" +
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: u\r\n\r\n" +
      "HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n",
  );
  for (let size = 1; size <= wire.length; size += 1) {
    const answers: Answer[] = [];
    const parser = new AnswerParser((answer) => answers.push(answer));
    for (let at = 0; at < wire.length; at += size) parser.push(wire.subarray(at, at + size));
    expect(answers.map(({ status, body }) => `${status} ${body?.toString() ?? ""}`)).toEqual([
      ...["200 hello", "200 abcde", "304 "],
    ]);
    expect(answers[0]?.headers).toEqual({ "content-length": "5", "x-a": "b" });
  }
});
