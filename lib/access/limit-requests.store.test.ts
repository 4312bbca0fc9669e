import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "../contract/problem.ts";
import { systemContext } from "../platform/request-context.ts";
import { type Services, setServices } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { apiRoute } from "./api-route.ts";
import { createApiToken } from "./create-api-token.ts";
import { createUser } from "./create-user.ts";
import { strangerLimit } from "./limit-requests.ts";

const perMinute = 20;
let services: Services;
const read = apiRoute({ summary: "test", permission: "read", answer: null }, async () => ({}));

beforeAll(async () => {
  services = await createTestServices({ env: { IFRIT_API_PER_MINUTE: perMinute } });
  setServices(services);
});
afterAll(() => setServices(undefined as unknown as Services));

async function tokenOf(username: string, userId: number): Promise<string> {
  const actor = { kind: "user", name: username, userId, role: "viewer" } as const;
  const { token } = await createApiToken(
    services,
    { actor, requestId: "r", source: "test" },
    { label: "ci", permissions: ["read"], clusters: ["*"], agents: ["*"], ttlSeconds: 600 },
  );
  return token;
}

async function person(): Promise<{ username: string; id: number }> {
  const user = { username: `u${unique()}`, role: "viewer" as const, password: "x".repeat(12) };
  return createUser(services, systemContext("tester", "test"), user);
}

function ask(token: string | null, address: string): Promise<Response> {
  const headers: Record<string, string> = { "ifrit-client-address": address };
  if (token) headers.authorization = `Bearer ${token}`;
  return read(new Request("http://127.0.0.1/x", { headers }), { params: Promise.resolve({}) });
}

async function askOften(count: number, token: string | null, address: string) {
  const all = await Promise.all(Array.from({ length: count }, () => ask(token, address)));
  return all.map(({ status }) => status);
}

test("a token that runs wild is told when to come again, and holds nobody else up, its owner neither", async () => {
  const { username, id } = await person();
  const [wild, calm] = [await tokenOf(username, id), await tokenOf(username, id)];
  const statuses = await askOften(perMinute + 10, wild, "10.0.0.1");
  expect(statuses.filter((status) => status === 200)).toHaveLength(perMinute);
  const refused = await ask(wild, "10.0.0.2");
  const problem = Problem.parse(await refused.json());
  expect([refused.status, problem.code]).toEqual([429, "too_many_requests"]);
  const seconds = Number(refused.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect((await ask(calm, "10.0.0.1")).status).toBe(200);
});

test("strangers are limited by address; whoever has a token at the same address is not", async () => {
  const { username, id } = await person();
  const token = await tokenOf(username, id);
  const statuses = await askOften(strangerLimit.points + 5, null, "203.0.113.9");
  expect(statuses.filter((status) => status === 401)).toHaveLength(strangerLimit.points);
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  expect((await ask("ifrit_wrong", "203.0.113.9")).status).toBe(429);
  expect((await ask("ifrit_wrong", "203.0.113.10")).status).toBe(401);
  expect((await ask(token, "203.0.113.9")).status).toBe(200);
});
