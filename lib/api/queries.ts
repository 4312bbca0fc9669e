import type { z } from "zod";
import { Problem } from "../contract/problem.ts";

/** The browser's side of /api/v1: every answer is checked against the contract. */

/** Why a call failed. `problem` is what the server said; null: no server was reached, or none of ours. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly kind: "problem" | "unreachable" | "unexpectedAnswer",
    readonly status: number,
    readonly problem: Problem | null,
    message: string,
  ) {
    super(message);
  }
}

type Params = Record<string, string | number | null | undefined>;

/** `/api/v1/…` with the parameters that have a value. */
export function apiPath(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const query = search.toString();
  return `/api/v1${path}${query ? `?${query}` : ""}`;
}

export async function requestJson<S extends z.ZodType>(
  path: string,
  schema: S,
  init: RequestInit = {},
): Promise<z.infer<S>> {
  const response = await send(path, init);
  return parseAnswer(schema, response.status, await response.text());
}

/**
 * Key, address and function of a query that reads. The address stands in `meta`, so that the server,
 * rendering a page, can fill the query by asking the same route in the process.
 */
export function getQuery<S extends z.ZodType>(
  queryKey: readonly unknown[],
  path: string,
  schema: S,
): {
  queryKey: readonly unknown[];
  meta: { path: string };
  queryFn: (context: { signal: AbortSignal }) => Promise<z.infer<S>>;
} {
  return {
    queryKey,
    meta: { path },
    queryFn: ({ signal }) => requestJson(path, schema, { signal }),
  };
}

export function postJson<S extends z.ZodType>(
  path: string,
  schema: S,
  body: unknown,
): Promise<z.infer<S>> {
  return requestJson(path, schema, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export async function requestNothing(path: string, init: RequestInit): Promise<void> {
  await send(path, init);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: { accept: "application/json", ...init.headers },
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("unreachable", 0, null, "the server cannot be reached");
  }
  if (!response.ok) throw toApiError(response.status, await response.text());
  return response;
}

export function toApiError(status: number, body: string): ApiError {
  const parsed = Problem.safeParse(readJson(body));
  if (parsed.success) return new ApiError("problem", status, parsed.data, parsed.data.detail);
  return new ApiError("unexpectedAnswer", status, null, `HTTP ${status}`);
}

export function parseAnswer<S extends z.ZodType>(
  schema: S,
  status: number,
  body: string,
): z.infer<S> {
  const parsed = schema.safeParse(readJson(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ApiError(
    "unexpectedAnswer",
    status,
    null,
    issue ? `${issue.path.join(".")}: ${issue.message}` : "no JSON",
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
