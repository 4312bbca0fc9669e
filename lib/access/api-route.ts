import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { problemResponse, toProblem } from "../platform/problem-response.ts";
import type { RequestContext } from "../platform/request-context.ts";
import { services as processServices, type Services } from "../platform/services.ts";
import { limitedActor } from "./limit-requests.ts";
import { refuseCrossSite } from "./refuse-cross-site.ts";
import { parseWith, readJsonBody } from "./request-input.ts";
import { type Permission, requirePermission } from "./require-permission.ts";

/** What a route takes, gives and asks for. The OpenAPI document is made of these. */
export type RouteSpec<Params, Query, Body> = {
  summary: string;
  permission: Permission;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  /** Parsed from JSON. */
  body?: z.ZodType<Body>;
  /** The body is not JSON: the handler reads it from the request as a stream of this type. */
  streamedBody?: string;
  /** The answer's schema; null: no JSON. */
  answer: z.ZodType | null;
  status?: number;
};

export type RouteInput<Params, Query, Body> = {
  services: Services;
  ctx: RequestContext;
  request: Request;
  params: Params;
  query: Query;
  body: Body;
};

type NextContext = { params: Promise<unknown> };
export type ApiRoute = ((request: Request, context: NextContext) => Promise<Response>) & {
  spec: RouteSpec<unknown, unknown, unknown>;
};

export const requestIdHeader = "x-request-id";

/**
 * The one way to make a handler under /api/v1: who asks (session or API token), may they (permission), did our own
 * page send it (writes), what do they ask (parsed), and any error as problem+json. What remains for
 * the route is to call one verb. A Response is passed on; any other value is sent as JSON.
 */
export function apiRoute<Params = unknown, Query = unknown, Body = unknown>(
  spec: RouteSpec<Params, Query, Body>,
  handle: (input: RouteInput<Params, Query, Body>) => Promise<unknown>,
): ApiRoute {
  const route = async (request: Request, context: NextContext): Promise<Response> => {
    const services = processServices();
    const requestId = randomUUID();
    try {
      const ctx = await limitedActor(services, request, requestId);
      requirePermission(ctx, spec.permission);
      // A browser attaches cookies by itself, and a token never.
      if (isWrite(request) && !isByToken(ctx)) refuseCrossSite(services.env, request);
      const input = await readInput(spec, request, await context?.params);
      const answer = await handle({ services, ctx, request, ...input });
      return withRequestId(toResponse(answer, spec.status ?? 200), requestId);
    } catch (error) {
      const problem = toProblem(error, services.log, requestId);
      return withRequestId(problemResponse(problem), requestId);
    }
  };
  return Object.assign(route, { spec: spec as RouteSpec<unknown, unknown, unknown> });
}

/** True for handlers that apiRoute made. */
export function isApiRoute(value: unknown): value is ApiRoute {
  return typeof value === "function" && "spec" in value;
}

async function readInput<Params, Query, Body>(
  spec: RouteSpec<Params, Query, Body>,
  request: Request,
  rawParams: unknown,
): Promise<{ params: Params; query: Query; body: Body }> {
  const rawQuery = Object.fromEntries(new URL(request.url).searchParams);
  return {
    params: spec.params ? parseWith(spec.params, rawParams) : (undefined as Params),
    query: spec.query ? parseWith(spec.query, rawQuery) : (undefined as Query),
    body: spec.body ? parseWith(spec.body, await readJsonBody(request)) : (undefined as Body),
  };
}

function isByToken({ actor }: RequestContext): boolean {
  return actor.kind === "user" && actor.tokenScope !== undefined;
}

function isWrite(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}

function toResponse(answer: unknown, status: number): Response {
  if (answer instanceof Response) return answer;
  const headers = { "cache-control": "no-store" };
  if (answer === undefined || answer === null) return new Response(null, { status: 204, headers });
  return Response.json(answer, { status, headers });
}

function withRequestId(response: Response, requestId: string): Response {
  response.headers.set(requestIdHeader, requestId);
  return response;
}
