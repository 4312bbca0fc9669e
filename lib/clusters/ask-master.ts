import type { RequestInit, Response } from "undici";
import type { z } from "zod";
import type { MasterProblem } from "../contract/cluster-views.ts";
import { masterActorHeader, masterPrefix, masterRequestIdHeader } from "../contract/master-api.ts";
import { Problem } from "../contract/problem.ts";
import { guardedFetch } from "../outbound/guarded-fetch.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import { whyNoAnswer } from "./why-no-answer.ts";

/** How to reach the master of a remote cluster. */
export type MasterAccess = { clusterId: string; url: string; credential: string };

export type MasterCall<T> = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the cluster's path. */
  path: string;
  answer: z.ZodType<T>;
  json?: unknown;
  stream?: { bytes: AsyncIterable<Uint8Array>; sizeBytes: number };
  /** On whose behalf. */
  by?: Pick<RequestContext, "requestId"> & { actor: { kind: string; name: string } };
  timeoutMs?: number;
  bytesMax?: number;
};

const timeoutMsUsual = 5_000;
/** Facts of a release in a million machines are of this size; most answers are of a few kilobytes. */
const bytesMaxUsual = 64 * 1024 * 1024;
/** Of what a master says why it refuses. */
const detailMax = 500;

/** No answer, or none that can be understood, or a refusal to speak with us at all. */
export class MasterSilent extends ProblemError {
  readonly why: MasterProblem;
  constructor(why: MasterProblem, message: string, cause?: unknown) {
    super("unavailable", message, { cause, retryAfterSeconds: 5 });
    this.why = why;
  }
}

/**
 * One call of /api/master/v1. What the master refuses comes back as its own problem.
 * @throws ProblemError unavailable: no answer, or none that can be understood
 */
export async function askMaster<T>(access: MasterAccess, call: MasterCall<T>): Promise<T> {
  const { status, text } = await send(access, call);
  if (status >= 400) throw refusal(access, status, text);
  const parsed = call.answer.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  const what = `answers what cannot be understood (${path.join(".")}: ${message})`;
  throw silent("notIfrit", access, what);
}

async function send<T>(access: MasterAccess, call: MasterCall<T>) {
  const base = access.url.endsWith("/") ? access.url : `${access.url}/`;
  const path = `${masterPrefix.slice(1)}clusters/${access.clusterId}/${call.path}`;
  try {
    const response = await guardedFetch(new URL(path, base), {
      method: call.method,
      headers: headersOf(access, call),
      signal: AbortSignal.timeout(call.timeoutMs ?? timeoutMsUsual),
      ...bodyOf(call),
    });
    return { status: response.status, text: await readBounded(response, call.bytesMax) };
  } catch (cause) {
    const { code, system } = whyNoAnswer(cause);
    throw silent(code, access, `does not answer${system ? ` (${system})` : ""}`, cause);
  }
}

function headersOf<T>({ credential }: MasterAccess, call: MasterCall<T>): Record<string, string> {
  const headers: Record<string, string> = { authorization: `Bearer ${credential}` };
  if (call.json !== undefined) headers["content-type"] = "application/json";
  if (call.stream) {
    headers["content-type"] = "application/gzip";
    headers["content-length"] = String(call.stream.sizeBytes);
  }
  if (call.by) {
    const { kind, name } = call.by.actor;
    headers[masterActorHeader] = encodeURIComponent(`${kind} ${name}`);
    headers[masterRequestIdHeader] = call.by.requestId;
  }
  return headers;
}

function bodyOf<T>({ json, stream }: MasterCall<T>): Pick<RequestInit, "body" | "duplex"> {
  if (stream) return { body: stream.bytes, duplex: "half" };
  return json === undefined ? {} : { body: JSON.stringify(json) };
}

async function readBounded(response: Response, bytesMax = bytesMaxUsual): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    const chunk = next.value;
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A master that refuses our secret, or fails, is as good as one that is away. */
function refusal(access: MasterAccess, status: number, text: string): ProblemError {
  const problem = Problem.safeParse(parseJson(text));
  if (!problem.success || status >= 500 || status === 401) {
    const said = problem.success ? `: ${problem.data.detail.slice(0, detailMax)}` : "";
    const why = status === 401 && problem.success ? "credential" : "notIfrit";
    return silent(why, access, `answers ${status}${said}`);
  }
  const { code, detail, issues } = problem.data;
  if (issues?.some(({ path }) => path === "role"))
    return silent("role", access, `takes no orders: ${detail.slice(0, detailMax)}`);
  return new ProblemError(code, detail.slice(0, detailMax), issues ? { issues } : {});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function silent(why: MasterProblem, access: MasterAccess, what: string, cause?: unknown) {
  const { clusterId, url } = access;
  return new MasterSilent(
    why,
    `The master of cluster ${clusterId} (${url}) ${what.replace(/\.$/, "")}.`,
    cause,
  );
}
