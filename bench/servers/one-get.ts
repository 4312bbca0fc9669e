import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openRedis } from "../../lib/platform/redis.ts";

/** The usual design: one Redis look-up per request. */
const redis = openRedis(process.env.REDIS_URL as string);
const server = createServer((_req, res) => {
  redis.get("bench").then(() => {
    res.writeHead(304, ["etag", '"constant"']);
    res.end();
  });
});
redis.once("ready", () => {
  server.listen(0, "127.0.0.1", 4096, () => {
    process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  });
});
