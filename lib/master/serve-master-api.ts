import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerMasterApi } from "../clusters/answer-master-api.ts";
import { type Services, services } from "../platform/services.ts";

/** Manage's calls straight from node:http, as a route handler gets them. */
export async function serveMasterApi(
  services: Services,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const method = req.method ?? "GET";
  const bodyless = method === "GET" || method === "HEAD";
  const request = new Request(new URL(req.url ?? "/", "http://master"), {
    ...{ method, headers: req.headers as Record<string, string> },
    ...(bodyless ? {} : { body: Readable.toWeb(req), duplex: "half" }),
  } as RequestInit);
  const response = await answerMasterApi(services, request);
  // A body that was not read to its end may still be coming.
  if (!req.complete) res.shouldKeepAlive = false;
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body as never), res);
  else res.end();
}

/** The same under plain `next start`. */
export function masterRoute(request: Request): Promise<Response> {
  return answerMasterApi(services(), request);
}
