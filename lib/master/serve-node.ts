import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { addressBehind } from "../access/client-address.ts";
import { agentPaths, header } from "../contract/headers.ts";
import { checkIn } from "../machines/check-in.ts";
import type { AgentAnswer } from "../platform/agent-answer.ts";
import {
  type AgentRequest,
  answerAgent,
  bodyTooLarge,
  count,
  findRoute,
  refuseEarly,
} from "./agent-lane.ts";
import type { Master } from "./master.ts";

export const agentPrefix = "/api/agent/";

/** The fast lane: agents' calls straight from node:http, nothing of Next in between. */
export function serveAgent(master: Master, req: IncomingMessage, res: ServerResponse): void {
  const url = req.url as string;
  if (url === agentPaths.desiredState && req.method === "GET") {
    const { headers } = req;
    const answer = checkIn(master, {
      authorization: headers.authorization,
      ifNoneMatch: headers["if-none-match"],
      stateDigest: headers[header.stateDigest] as string | undefined,
      appliedEtag: headers[header.appliedEtag] as string | undefined,
      switching: headers[header.switching] as string | undefined,
    });
    if (answer instanceof Promise)
      answer.then(
        (given) => sendCheckIn(master, res, given),
        (error) => breakOff(master, res, error),
      );
    else sendCheckIn(master, res, answer);
    return;
  }
  serveOther(master, req, res, url).catch((error) => breakOff(master, res, error));
}

function sendCheckIn(master: Master, res: ServerResponse, answer: AgentAnswer): void {
  count(master, agentPaths.desiredState, answer.status);
  res.writeHead(answer.status, answer.headers as string[]);
  res.end(answer.body as Buffer | null);
}

function breakOff(master: Master, res: ServerResponse, error: unknown): void {
  master.services.log.warn({ err: String(error) }, "an agent's call broke off");
  res.destroy();
}

async function serveOther(
  master: Master,
  req: IncomingMessage,
  res: ServerResponse,
  url: string,
): Promise<void> {
  const question = url.indexOf("?");
  const early: Omit<AgentRequest, "body"> = {
    method: req.method ?? "GET",
    path: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? "" : url.slice(question),
    header: (name) => req.headers[name] as string | undefined,
    address: addressBehind(
      master.services.env,
      req.socket.remoteAddress ?? "",
      req.headers["x-forwarded-for"] as string | undefined,
    ),
  };
  let answer = refuseEarly(early);
  const limit = findRoute(early.path)?.bodyBytesMax ?? 0;
  if (!answer) {
    const body = limit > 0 ? await readBody(req, limit) : null;
    answer = body === "too large" ? bodyTooLarge : await answerAgent(master, { ...early, body });
  }
  await send(req, res, answer);
}

/** A body that grows past its limit is not read on: the connection is closed after the answer. */
async function readBody(req: IncomingMessage, bytesMax: number): Promise<Buffer | "too large"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) return "too large";
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Also where nothing of the agent's wire is asked for: a file goes out as it is read. */
export async function send(
  req: IncomingMessage,
  res: ServerResponse,
  answer: AgentAnswer,
): Promise<void> {
  const { status, headers, body } = answer;
  const unread = !req.complete;
  res.writeHead(status, unread ? [...headers, "connection", "close"] : (headers as string[]));
  if (body === null || Buffer.isBuffer(body)) {
    res.end(body);
    return;
  }
  await pipeline(createReadStream(body.path, { start: body.start, end: body.end }), res);
}
