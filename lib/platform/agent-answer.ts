import { type ProblemCode, problemStatus } from "../contract/problem.ts";

/** A part of a file on disk, both ends included. */
export type FileSlice = { path: string; start: number; end: number };

/**
 * An answer before it is put on a wire: to node:http or to a web Response alike. Headers are a flat
 * list of names and values, which node:http writes without a detour.
 */
export type AgentAnswer = {
  status: number;
  headers: readonly string[];
  body: Buffer | FileSlice | null;
};

/** A problem whose detail never changes, built once and sent often. */
export function fixedProblem(
  code: ProblemCode,
  detail: string,
  retryAfterSeconds?: number,
): AgentAnswer {
  const status = problemStatus[code];
  const body = Buffer.from(
    JSON.stringify({
      type: `urn:ifrit:problem:${code}`,
      code,
      status,
      detail,
      ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
    }),
  );
  return {
    status,
    headers: [
      ...["content-type", "application/problem+json", "cache-control", "no-store"],
      ...["content-length", String(body.length)],
      ...(retryAfterSeconds ? ["retry-after", String(retryAfterSeconds)] : []),
    ],
    body,
  };
}

export function jsonAnswer(status: number, value: unknown): AgentAnswer {
  const body = Buffer.from(JSON.stringify(value));
  return {
    status,
    headers: [
      ...["content-type", "application/json", "cache-control", "no-store"],
      ...["content-length", String(body.length)],
    ],
    body,
  };
}
