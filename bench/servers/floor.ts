import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The least that any server in this runtime can do: a constant 304. */
const server = createServer((_req, res) => {
  res.writeHead(304, ["etag", '"constant"']);
  res.end();
});
server.listen(0, "127.0.0.1", 4096, () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
