import { randomUUID } from "node:crypto";
import { type Problem, type ProblemCode, problemStatus } from "../contract/problem.ts";
import type { Logger } from "./log.ts";
import { ProblemError } from "./problem-error.ts";
import { isStoreDown } from "./store-down.ts";

/** problem+json of any error. Unknown errors become "internal": a request id, and nothing else. */
export function toProblem(error: unknown, log: Logger, requestId: string = randomUUID()): Problem {
  if (error instanceof ProblemError || isForeignProblemError(error)) {
    return {
      type: `urn:ifrit:problem:${error.code}`,
      code: error.code,
      status: problemStatus[error.code],
      detail: error.message,
      ...(error.issues ? { issues: error.issues } : {}),
      requestId,
      ...(error.retryAfterSeconds ? { retryAfterSeconds: error.retryAfterSeconds } : {}),
    };
  }
  if (isStoreDown(error)) {
    log.warn({ err: String(error), requestId }, "a store is unreachable");
    return build(
      "unavailable",
      "A data store cannot be reached. Try again in a few seconds.",
      requestId,
      5,
    );
  }
  log.error({ err: error, requestId }, "unexpected error");
  return build("internal", `Something went wrong here. Quote request ${requestId}.`, requestId);
}

export function problemResponse(problem: Problem): Response {
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  };
  if (problem.retryAfterSeconds) headers["retry-after"] = String(problem.retryAfterSeconds);
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function build(
  code: ProblemCode,
  detail: string,
  requestId: string,
  retryAfterSeconds?: number,
): Problem {
  return {
    type: `urn:ifrit:problem:${code}`,
    code,
    status: problemStatus[code],
    detail,
    requestId,
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  };
}

// Next's bundles and the server hold two copies of the class, so instanceof alone would miss one.
function isForeignProblemError(error: unknown): error is ProblemError {
  return error instanceof Error && error.name === "ProblemError" && "code" in error;
}
