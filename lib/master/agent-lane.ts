import type { z } from "zod";
import { EnrollRequest, TokenRequest } from "../contract/enroll.ts";
import { agentPaths, header } from "../contract/headers.ts";
import { ReportRequest } from "../contract/report.ts";
import { answerStatement } from "../machines/answer-statement.ts";
import { authenticateMachine, isRefusal } from "../machines/authenticate-machine.ts";
import { checkIn } from "../machines/check-in.ts";
import { enrollMachine } from "../machines/enroll-machine.ts";
import { CounterReusedError, issueMachineToken } from "../machines/issue-machine-token.ts";
import { limitAdmission } from "../machines/limit-admission.ts";
import { answerPackageSignature } from "../packages/answer-package-signature.ts";
import { openPackageArchive } from "../packages/open-package-archive.ts";
import { type AgentAnswer, fixedProblem, jsonAnswer } from "../platform/agent-answer.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { toProblem } from "../platform/problem-response.ts";
import { acceptReport } from "../reports/accept-report.ts";
import { listRootsAfter } from "../signing/list-roots-after.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import type { Master } from "./master.ts";

/** A request of the agent's wire, whichever way it came in. */
export type AgentRequest = {
  method: string;
  /** Without the query. */
  path: string;
  /** With its question mark; "": none. */
  query: string;
  header: (name: string) => string | undefined;
  body: Buffer | null;
  /** The client's address, for the audit log. */
  address: string;
};

type Route = {
  method: "GET" | "POST";
  /** 0: the call has no body. */
  bodyBytesMax: number;
  answer: (master: Master, request: AgentRequest) => Promise<AgentAnswer> | AgentAnswer;
};

const kib = 1024;

const routes: Record<string, Route> = {
  [agentPaths.enroll]: { method: "POST", bodyBytesMax: 64 * kib, answer: enroll },
  [agentPaths.token]: { method: "POST", bodyBytesMax: 8 * kib, answer: issueToken },
  [agentPaths.desiredState]: { method: "GET", bodyBytesMax: 0, answer: desiredState },
  [agentPaths.statement]: { method: "GET", bodyBytesMax: 0, answer: statement },
  [agentPaths.roots]: { method: "GET", bodyBytesMax: 0, answer: roots },
  [agentPaths.report]: { method: "POST", bodyBytesMax: 1024 * kib, answer: report },
};
const packageRoute: Route = { method: "GET", bodyBytesMax: 0, answer: packageArchive };

export function findRoute(path: string): Route | undefined {
  return routes[path] ?? (path.startsWith(agentPaths.packages) ? packageRoute : undefined);
}

const notFound = fixedProblem("not_found", "There is no such call on the agent's wire.");
const wrongMethod = fixedProblem("method_not_allowed", "This call has another method.");
export const bodyTooLarge = fixedProblem("too_large", "The body is larger than this call takes.");
const notJson = fixedProblem("unsupported_media_type", "Send application/json.");

/** What can be said before the body is read; null: read it and go on. */
export function refuseEarly(request: Omit<AgentRequest, "body">): AgentAnswer | null {
  const route = findRoute(request.path);
  if (!route) return notFound;
  if (request.method !== route.method) return wrongMethod;
  if (route.bodyBytesMax === 0) return null;
  if (!/^application\/json\s*(;|$)/i.test(request.header("content-type") ?? "")) return notJson;
  return Number(request.header("content-length") ?? 0) > route.bodyBytesMax ? bodyTooLarge : null;
}

/** Every call of the agent's wire ends in an answer, also when it throws. */
export async function answerAgent(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  try {
    const answer = refuseEarly(request) ?? (await findRoute(request.path)!.answer(master, request));
    count(master, request.path, answer.status);
    return answer;
  } catch (error) {
    const problem = toProblem(error, master.services.log);
    count(master, request.path, problem.status);
    const answer = jsonAnswer(problem.status, problem);
    const headers = [...answer.headers];
    headers[1] = "application/problem+json";
    if (problem.retryAfterSeconds) headers.push("retry-after", String(problem.retryAfterSeconds));
    if (error instanceof CounterReusedError) headers.push(header.counter, String(error.counter));
    return { ...answer, headers };
  }
}

/** Labels are the table's own paths, so they stay few whatever is asked for. */
export function count(master: Master, path: string, status: number): void {
  const call = path in routes ? path : path.startsWith(agentPaths.packages) ? "packages" : "other";
  const key = `${call} ${status}`;
  master.counters[key] = (master.counters[key] ?? 0) + 1;
}

async function enroll(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  const body = parseBody(EnrollRequest, request.body);
  const { address } = request;
  const from = { machineId: body.machineId, address };
  const answer = await limitAdmission(from, () => enrollMachine(master.services, body, address));
  const { root } = await readOwnTrust(master.services);
  const offered = root ? { ...answer, root: root.text } : answer;
  return jsonAnswer(answer.status === "accepted" ? 200 : 202, offered);
}

async function issueToken(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  const body = parseBody(TokenRequest, request.body);
  const { services, tokenKey, desired } = master;
  const { address } = request;
  const seen = desired.get(body.clusterId)?.signing.news?.sequence ?? 0;
  const issue = () => issueMachineToken(services, tokenKey, body, address, seen);
  const token = await limitAdmission({ machineId: body.machineId, address }, issue);
  return jsonAnswer(200, token);
}

function statement(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  return answerStatement(master, request.header("authorization"));
}

/** Open to all: a machine whose token cannot be had any more still has to find the newest root. */
async function roots(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  const after = Number(new URLSearchParams(request.query).get("after") ?? 0);
  if (!Number.isSafeInteger(after) || after < 0)
    throw new ProblemError("invalid_request", "Give ?after= as the number of a version.");
  return jsonAnswer(200, listRootsAfter(await readOwnTrust(master.services), after));
}

function desiredState(master: Master, request: AgentRequest): AgentAnswer | Promise<AgentAnswer> {
  return checkIn(master, {
    authorization: request.header("authorization"),
    ifNoneMatch: request.header("if-none-match"),
    stateDigest: request.header(header.stateDigest),
    appliedEtag: request.header(header.appliedEtag),
    switching: request.header(header.switching),
  });
}

async function report(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  const machine = authenticateMachine(master, request.header("authorization"));
  if (isRefusal(machine)) return machine;
  const body = parseBody(ReportRequest, request.body);
  await acceptReport(master.services, machine, body);
  if (body.kind === "full") master.wantFullReport.delete(machine.machineId);
  return { status: 202, headers: ["content-length", "0", "cache-control", "no-store"], body: null };
}

const signatureSuffix = "/signature";

async function packageArchive(master: Master, request: AgentRequest): Promise<AgentAnswer> {
  const machine = authenticateMachine(master, request.header("authorization"));
  if (isRefusal(machine)) return machine;
  const name = request.path.slice(agentPaths.packages.length);
  if (name.endsWith(signatureSuffix))
    return answerPackageSignature(
      master.services,
      master.knownSignatures,
      name.slice(0, -signatureSuffix.length),
    );
  return openPackageArchive(master.services, master.knownPackages, {
    sha256: name,
    range: request.header("range"),
    ifRange: request.header("if-range"),
    ifNoneMatch: request.header("if-none-match"),
  });
}

function parseBody<T>(schema: z.ZodType<T>, body: Buffer | null): T {
  let value: unknown;
  try {
    value = JSON.parse(body?.toString("utf8") ?? "");
  } catch (cause) {
    throw new ProblemError("invalid_request", "The body is not JSON.", { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  throw new ProblemError("invalid_request", "The body is not what this call takes.", { issues });
}
