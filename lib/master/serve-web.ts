import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { clientAddress } from "../access/client-address.ts";
import type { AgentAnswer } from "../platform/agent-answer.ts";
import {
  type AgentRequest,
  answerAgent,
  bodyTooLarge,
  findRoute,
  refuseEarly,
} from "./agent-lane.ts";
import type { Master } from "./master.ts";

/** The same calls as route handlers: Request → Response. */
export async function serveAgentRequest(master: Master, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const early: Omit<AgentRequest, "body"> = {
    method: request.method,
    path: pathname,
    query: search,
    header: (name) => request.headers.get(name) ?? undefined,
    address: clientAddress(master.services.env, request.headers),
  };
  const refusal = refuseEarly(early);
  if (refusal) return toResponse(refusal);
  const limit = findRoute(early.path)?.bodyBytesMax ?? 0;
  const body = limit > 0 ? await readBody(request, limit) : null;
  if (body === "too large") return toResponse(bodyTooLarge);
  return toResponse(await answerAgent(master, { ...early, body }));
}

async function readBody(request: Request, bytesMax: number): Promise<Buffer | "too large" | null> {
  if (!request.body) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.length;
    if (bytes > bytesMax) {
      await reader.cancel();
      return "too large";
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

export function toResponse({ status, headers: pairs, body }: AgentAnswer): Response {
  const headers = new Headers();
  for (let at = 0; at < pairs.length; at += 2) headers.append(pairs[at]!, pairs[at + 1]!);
  if (body === null || Buffer.isBuffer(body))
    return new Response(body && new Uint8Array(body), { status, headers });
  const stream = createReadStream(body.path, { start: body.start, end: body.end });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers });
}
