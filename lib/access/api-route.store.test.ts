import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { users } from "../../drizzle/schema/users.ts";
import { Problem } from "../contract/problem.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { systemContext } from "../platform/request-context.ts";
import { type Services, setServices } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { apiRoute } from "./api-route.ts";
import { createUser } from "./create-user.ts";
import { sessionCookieName, sessionSecret } from "./session.ts";

const origin = "http://127.0.0.1:3123";
const context = { params: Promise.resolve({ id: "7" }) };
let services: Services;
const cookies: Record<string, string> = {};

beforeAll(async () => {
  services = await createTestServices();
  setServices(services);
  const ctx = systemContext("tester", "test");
  for (const role of ["viewer", "operator", "approver", "administrator"] as const) {
    const { id } = await createUser(services, ctx, {
      username: role,
      role,
      password: "x".repeat(12),
    });
    const secret = sessionSecret(services.env);
    const token = await encode({ token: { sub: String(id), sessionVersion: 1 }, secret });
    cookies[role] = `${sessionCookieName(services.env)}=${token}`;
  }
});
afterAll(() => setServices(undefined as unknown as Services));

const echo = apiRoute(
  {
    summary: "test",
    permission: "releases.write",
    params: z.object({ id: z.coerce.number() }),
    query: z.object({ q: z.string().optional() }),
    body: z.object({ name: z.string().min(2) }),
    answer: z.unknown() as z.ZodType,
    status: 201,
  },
  async ({ ctx, params, query, body }) => ({
    actor: ctx.actor.name,
    source: ctx.source,
    params,
    query,
    body,
  }),
);
const read = apiRoute({ summary: "test", permission: "read", answer: null }, async () => ({
  ok: true,
}));

function post(headers: Record<string, string | undefined> = {}, body = '{"name":"ok"}'): Request {
  const all: Record<string, string | undefined> = {
    ...{ host: "127.0.0.1:3123", origin, cookie: cookies.administrator },
    ...{ "content-type": "application/json", "ifrit-client-address": "10.1.2.3", ...headers },
  };
  const given = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined);
  return new Request(`${origin}/api/v1/things/7?q=x`, { method: "POST", headers: given, body });
}

async function problemOf(response: Response): Promise<z.infer<typeof Problem>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = Problem.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  return problem;
}

describe("apiRoute()", () => {
  test("hands over who asks and what was asked, parsed", async () => {
    const response = await echo(post(), context);
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      ...{ actor: "administrator", source: "console 10.1.2.3", params: { id: 7 } },
      ...{ query: { q: "x" }, body: { name: "ok" } },
    });
  });

  const refused: [string, Record<string, string | undefined>, string | undefined, string][] = [
    ["nobody signed in", { cookie: undefined }, undefined, "unauthenticated"],
    ["a made-up session", { cookie: "next-auth.session-token=abc" }, undefined, "unauthenticated"],
    [
      "a middleware header",
      { cookie: undefined, "x-middleware-subrequest": "middleware" },
      undefined,
      "unauthenticated",
    ],
    ["another site's page", { origin: "https://evil.example" }, undefined, "cross_site"],
    [
      "the same host with another port",
      { origin: "http://127.0.0.1:3124" },
      undefined,
      "cross_site",
    ],
    ["https instead of http", { origin: "https://127.0.0.1:3123" }, undefined, "cross_site"],
    ["an opaque origin", { origin: "null" }, undefined, "cross_site"],
    ["no origin", { origin: undefined }, undefined, "cross_site"],
    ["a sibling site", { "sec-fetch-site": "same-site" }, undefined, "cross_site"],
    ["a cross-site fetch", { "sec-fetch-site": "cross-site" }, undefined, "cross_site"],
    ["a form's type", { "content-type": "text/plain" }, undefined, "unsupported_media_type"],
    ["no JSON", {}, "{", "invalid_request"],
    ["a wrong body", {}, '{"name":"x"}', "invalid_request"],
    ["too much", {}, `{"name":"${"x".repeat(3_000_000)}"}`, "too_large"],
  ];
  test.each(refused)("fault 58: refuses %s", async (_what, headers, body, code) => {
    expect((await problemOf(await echo(post(headers, body), context))).code).toBe(code);
  });

  test("names the place of what is wrong", async () => {
    const problem = await problemOf(await echo(post({}, '{"name":"x"}'), context));
    expect(problem.issues?.[0]?.path).toBe("name");
  });

  test.each(["viewer", "operator", "approver"])("%s reads and does not write", async (role) => {
    const cookie = cookies[role];
    const write = await echo(post({ cookie }), context);
    expect((await problemOf(write)).code).toBe("forbidden");
    const headers = { cookie: cookie ?? "" };
    expect((await read(new Request(origin, { headers }), context)).status).toBe(200);
  });

  test("fault 60: a disabled user with a live cookie is refused with the next request", async () => {
    const headers = { cookie: cookies.viewer ?? "" };
    await services.db.update(users).set({ disabledAtMs: 1 }).where(eq(users.username, "viewer"));
    const response = await read(new Request(origin, { headers }), context);
    await services.db.update(users).set({ disabledAtMs: null }).where(eq(users.username, "viewer"));
    expect((await problemOf(response)).code).toBe("unauthenticated");
  });

  test("says nothing of an unexpected error but the request's id", async () => {
    const broken = apiRoute({ summary: "test", permission: "read", answer: null }, async () => {
      throw new Error("SELECT secret FROM users");
    });
    const headers = { cookie: cookies.administrator ?? "" };
    const problem = await problemOf(await broken(new Request(origin, { headers }), context));
    expect(problem.code).toBe("internal");
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  test("a refusal writes no audit row", async () => {
    const before = await services.db.select().from(auditLog);
    await echo(post({ cookie: cookies.viewer }), context);
    await echo(post({ origin: undefined }), context);
    expect(await services.db.select().from(auditLog)).toHaveLength(before.length);
  });

  test("a verb's problem keeps its code and status", async () => {
    const conflict = apiRoute({ summary: "test", permission: "read", answer: null }, async () => {
      throw new ProblemError("conflict", "It changed meanwhile.");
    });
    const headers = { cookie: cookies.administrator ?? "" };
    const problem = await problemOf(await conflict(new Request(origin, { headers }), context));
    expect(problem).toMatchObject({ code: "conflict", status: 409 });
  });
});
