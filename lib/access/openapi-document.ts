import { z } from "zod";
import { Problem } from "../contract/problem.ts";
import type { ApiRoute } from "./api-route.ts";

type Json = Record<string, unknown>;
type Spec = ApiRoute["spec"];

/** The handlers of each path: what a route module exports, and more that is left alone. */
export type RoutesByPath = Record<string, Record<string, unknown>>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * OpenAPI 3.1, made of the very schemas that requests are parsed with: its schemas are JSON Schema
 * 2020-12, which zod writes itself.
 */
export function openApiDocument(routes: RoutesByPath, serverUrl: string): Json {
  const paths: Json = {};
  for (const [path, module] of Object.entries(routes)) {
    const operations: Json = {};
    for (const method of methods) {
      const handler = module[method] as ApiRoute | undefined;
      if (handler) operations[method.toLowerCase()] = operation(handler.spec, path, method);
    }
    paths[path] = operations;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "ifrit",
      version: "1",
      description:
        "Everything the console can do. Requests carry an API token, or the session cookie of the console; with the latter writes also need its exact Origin.",
    },
    servers: [{ url: serverUrl }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(Problem, "output") },
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "next-auth.session-token" },
      },
    },
  };
}

function operation(spec: Spec, path: string, method: string): Json {
  const status = String(spec.status ?? 200);
  const content = spec.answer && {
    content: { "application/json": { schema: jsonSchema(spec.answer, "output") } },
  };
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+([a-z])?/gi, (_, next?: string) => next?.toUpperCase() ?? "")}`,
    summary: spec.summary,
    description: `Needs the permission ${spec.permission}.`,
    parameters: [...parameters(spec.params, "path"), ...parameters(spec.query, "query")],
    ...requestBody(spec),
    responses: {
      [status]: { description: "Done", ...content },
      default: {
        description: "Refused or failed",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  };
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    ...{ name, in: place, schema: property },
    required: place === "path" || required.includes(name),
  }));
}

function requestBody({ body, streamedBody }: Spec): Json {
  if (body) {
    const schema = jsonSchema(body, "input");
    return { requestBody: { required: true, content: { "application/json": { schema } } } };
  }
  if (!streamedBody) return {};
  return { requestBody: { required: true, content: { [streamedBody]: { schema: {} } } } };
}

/** What cannot be said in JSON Schema (a transformation) is left open. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return json;
}
