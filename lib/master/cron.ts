import { timingSafeEqual } from "node:crypto";
import { type AgentAnswer, fixedProblem, jsonAnswer } from "../platform/agent-answer.ts";
import { toProblem } from "../platform/problem-response.ts";
import { deriveSecret } from "../platform/secrets.ts";
import { type Services, services } from "../platform/services.ts";
import { advanceReleases } from "../releases/advance-releases.ts";
import { flushAll, rebuildAll } from "./jobs.ts";
import type { Master } from "./master.ts";
import { toResponse } from "./serve-web.ts";
import { processMaster } from "./start-master.ts";

/** What an outside scheduler may call: /api/cron/<name>. */
const masterCron: Record<string, (master: Master) => Promise<unknown>> = {
  rebuild: rebuildAll,
  flush: flushAll,
};
const manageCron: Record<string, (services: Services) => Promise<unknown>> = {
  advance: advanceReleases,
};

export const cronPrefix = "/api/cron/";

const unauthenticated = fixedProblem(
  "unauthenticated",
  "The cron secret is needed as bearer token.",
);
const notFound = fixedProblem("not_found", "There is no such job.");
const wrongMethod = fixedProblem("method_not_allowed", "Use POST or GET.");

export function cronSecret(ifritSecret: string): string {
  return deriveSecret(ifritSecret, "cron").toString("hex");
}

/** Runs a job and answers with its outcome. The same function that the scheduler calls. */
export async function answerCron(
  services: Services,
  master: Master | null,
  request: { method: string; path: string; authorization: string | undefined },
): Promise<AgentAnswer> {
  if (request.method !== "POST" && request.method !== "GET") return wrongMethod;
  if (!isAuthorized(services.env.IFRIT_SECRET, request.authorization)) return unauthenticated;
  const name = request.path.slice(cronPrefix.length);
  const job = findJob(services, master, name);
  if (!job) return notFound;
  try {
    return jsonAnswer(200, { job: name, outcome: await job() });
  } catch (error) {
    const problem = toProblem(error, services.log);
    return jsonAnswer(problem.status, problem);
  }
}

function findJob(services: Services, master: Master | null, name: string) {
  if (master && Object.hasOwn(masterCron, name)) return () => masterCron[name]!(master);
  const manages = services.env.IFRIT_ROLE !== "master";
  return manages && Object.hasOwn(manageCron, name) ? () => manageCron[name]!(services) : undefined;
}

export async function serveCronRequest(request: Request): Promise<Response> {
  const own = services();
  const master = own.env.IFRIT_ROLE === "manage" ? null : await processMaster();
  const answer = await answerCron(own, master, {
    method: request.method,
    path: new URL(request.url).pathname,
    authorization: request.headers.get("authorization") ?? undefined,
  });
  return toResponse(answer);
}

function isAuthorized(ifritSecret: string, authorization: string | undefined): boolean {
  const expected = Buffer.from(`Bearer ${cronSecret(ifritSecret)}`);
  const given = Buffer.from(authorization ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
