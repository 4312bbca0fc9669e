import { timingSafeEqual } from "node:crypto";
import { type AgentAnswer, fixedProblem, jsonAnswer } from "../platform/agent-answer.ts";
import { toProblem } from "../platform/problem-response.ts";
import { deriveSecret } from "../platform/secrets.ts";
import { advanceReleases } from "../releases/advance-releases.ts";
import { flushAll, rebuildAll } from "./jobs.ts";
import type { Master } from "./master.ts";
import { toResponse } from "./serve-web.ts";
import { processMaster } from "./start-master.ts";

/** What an outside scheduler may call: /api/cron/<name>. */
const cronJobs: Record<string, (master: Master) => Promise<unknown>> = {
  rebuild: rebuildAll,
  flush: flushAll,
  advance: (master) => advanceReleases(master.services),
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
  master: Master,
  request: { method: string; path: string; authorization: string | undefined },
): Promise<AgentAnswer> {
  const { services } = master;
  if (request.method !== "POST" && request.method !== "GET") return wrongMethod;
  if (!isAuthorized(services.env.IFRIT_SECRET, request.authorization)) return unauthenticated;
  const name = request.path.slice(cronPrefix.length);
  const job = Object.hasOwn(cronJobs, name) ? cronJobs[name] : undefined;
  if (!job) return notFound;
  try {
    return jsonAnswer(200, { job: name, outcome: await job(master) });
  } catch (error) {
    const problem = toProblem(error, services.log);
    return jsonAnswer(problem.status, problem);
  }
}

export async function serveCronRequest(request: Request): Promise<Response> {
  const answer = await answerCron(await processMaster(), {
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
