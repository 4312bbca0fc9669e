import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export type Front = { port: number; asked: string[]; close: () => void };

/** A forward proxy: the only one who knows where the host `name` is. */
export async function startForwardProxy(name: string, masterPort: number): Promise<Front> {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? "", "http://nowhere");
    asked.push(`${req.method} ${url.href}`);
    if (url.hostname === name) pass(req, res, masterPort, url.pathname + url.search);
    else res.writeHead(502).end();
  });
  return listen(server, asked);
}

/** The master behind TLS, with a certificate for localhost of a certificate authority that nobody knows. */
export async function startTlsFront(
  masterPort: number,
  folder: string,
): Promise<Front & { ca: string }> {
  const at = (name: string) => join(folder, name);
  const openssl = (...words: string[]) =>
    execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=ifrit test CA",
    "-days",
    "2",
  );
  openssl("req", ...key, "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=localhost");
  execFileSync(
    "/bin/sh",
    [
      "-c",
      `echo subjectAltName=DNS:localhost >tls.ext && openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tls.pem -days 2 -extfile tls.ext`,
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const asked: string[] = [];
  const server = createTlsServer(
    { key: readFileSync(at("tls.key")), cert: readFileSync(at("tls.pem")) },
    (req, res) => {
      asked.push(`${req.method} ${req.url}`);
      pass(req, res, masterPort, req.url ?? "/");
    },
  );
  return { ...(await listen(server, asked)), ca: at("ca.pem") };
}

function pass(req: IncomingMessage, res: ServerResponse, port: number, path: string): void {
  const onward = request({
    port,
    host: "127.0.0.1",
    path,
    method: req.method,
    headers: req.headers,
  });
  onward.on("response", (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on("error", () => res.destroy());
  req.pipe(onward);
}

async function listen(server: Server, asked: string[]): Promise<Front> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, asked, close: () => server.close() };
}
