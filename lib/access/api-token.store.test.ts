import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiTokens } from "../../drizzle/schema/api-tokens.ts";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { users } from "../../drizzle/schema/users.ts";
import type { CreateApiTokenRequest } from "../contract/access-views.ts";
import { type RequestContext, systemContext } from "../platform/request-context.ts";
import { type Services, setServices } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { apiRoute } from "./api-route.ts";
import { changeUser } from "./change-user.ts";
import { createApiToken } from "./create-api-token.ts";
import { createUser } from "./create-user.ts";
import { endSessions } from "./end-session.ts";
import { listApiTokens } from "./list-api-tokens.ts";
import { requirePermission } from "./require-permission.ts";
import { revokeApiToken } from "./revoke-api-token.ts";
import { readSession, sessionCookieName, sessionSecret } from "./session.ts";

let services: Services;
let nowMs = Date.now();
const setup = systemContext("tester", "test");
const everything = { label: "ci", clusters: ["*"], agents: ["*"], ttlSeconds: 600 };

beforeAll(async () => {
  services = await createTestServices({ now: () => nowMs });
  services.env.IFRIT_CONFIG = join(services.env.IFRIT_DATA_DIR, "ifrit.config.yaml");
  writeFileSync(
    services.env.IFRIT_CONFIG,
    "grants: [{who: ['role:operator'], role: operator, clusters: [bj-1]}]",
  );
  setServices(services);
});
afterAll(() => setServices(undefined as unknown as Services));

async function person(role: "viewer" | "operator" | "administrator"): Promise<RequestContext> {
  const name = `u${unique()}`;
  const { id } = await createUser(services, setup, {
    username: name,
    role,
    password: "x".repeat(12),
  });
  return { actor: { kind: "user", name, userId: id, role }, requestId: "r", source: "console" };
}

const write = apiRoute(
  {
    ...{ summary: "test", permission: "releases.write", answer: null },
    body: z.object({ clusterId: z.string(), agentName: z.string() }),
  },
  async ({ ctx, body }) => {
    requirePermission(ctx, "releases.write", body);
    return { source: ctx.source, actor: ctx.actor.name };
  },
);

function call(token: string, clusterId = "bj-1", headers: Record<string, string> = {}) {
  return write(
    new Request("http://127.0.0.1/x", {
      ...{ method: "POST", body: JSON.stringify({ clusterId, agentName: "log-agent" }) },
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    }),
    { params: Promise.resolve({}) },
  );
}

async function make(ctx: RequestContext, request: Partial<CreateApiTokenRequest> = {}) {
  return createApiToken(services, ctx, {
    ...everything,
    permissions: ["releases.write"],
    ...request,
  });
}

describe("an API token", () => {
  test("acts for its owner, needs no Origin, and stands in the audit's source", async () => {
    const owner = await person("administrator");
    const { token, id } = await make(owner);
    const answer = await call(token);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      actor: owner.actor.name,
      source: expect.stringContaining(`api token ${id}`),
    });
    const rows = await services.db.select().from(auditLog);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(await services.db.select().from(apiTokens))).not.toContain(token);
    expect(rows.some(({ action }) => action === "api-token.created")).toBe(true);
  });

  test("does no more than its scope, and no more than its owner", async () => {
    const admin = await person("administrator");
    expect((await call((await make(admin, { permissions: ["read"] })).token)).status).toBe(403);
    expect((await call((await make(admin, { clusters: ["sh-*"] })).token)).status).toBe(403);
    expect((await call((await make(admin, { agents: ["other"] })).token)).status).toBe(403);
    const operator = await make(await person("operator"));
    expect((await call(operator.token)).status).toBe(200);
    expect((await call(operator.token, "sh-1")).status).toBe(403);
    expect((await call((await make(await person("viewer"))).token)).status).toBe(403);
  });

  test("ends by revocation, expiry and with its owner", async () => {
    const owner = await person("administrator");
    const revoked = await make(owner);
    await revokeApiToken(services, owner, revoked.id);
    expect((await call(revoked.token)).status).toBe(401);
    const short = await make(owner, { ttlSeconds: 60 });
    nowMs += 61_000;
    expect((await call(short.token)).status).toBe(401);
    const last = await make(owner);
    await changeUser(services, setup, owner.actor.name, { disabled: true });
    expect((await call(last.token)).status).toBe(401);
  });

  test("is refused together with a session, and when it is none of ours", async () => {
    const { token } = await make(await person("administrator"));
    const cookie = `${sessionCookieName(services.env)}=x`;
    expect((await call(token, "bj-1", { cookie })).status).toBe(401);
    expect((await call("ifrit_nonsense")).status).toBe(401);
    expect((await call("eyJhbGciOiJIUzI1NiJ9")).status).toBe(401);
  });

  test("makes no tokens and is listed to its owner and administrators only", async () => {
    const owner = await person("operator");
    const { id } = await make(owner);
    const byToken = {
      ...owner,
      actor: {
        ...owner.actor,
        tokenScope: { permissions: ["read"], clusters: ["*"], agents: ["*"] },
      },
    } as RequestContext;
    await expect(make(byToken)).rejects.toMatchObject({ code: "forbidden" });
    const other = await person("viewer");
    expect(await listApiTokens(services, other)).toEqual([]);
    await expect(revokeApiToken(services, other, id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listApiTokens(services, owner)).map((one) => one.id)).toEqual([id]);
    const all = await listApiTokens(services, await person("administrator"));
    expect(all.some((one) => one.id === id && one.state === "active")).toBe(true);
  });
});

describe("sessions", () => {
  const sessionOf = async (ctx: RequestContext) => {
    const [user] = await services.db.select().from(users).where(eq(users.username, ctx.actor.name));
    const token = { sub: String(user!.id), sessionVersion: user!.sessionVersion };
    const value = await encode({ token, secret: sessionSecret(services.env) });
    return `${sessionCookieName(services.env)}=${value}`;
  };

  test("end everywhere by their owner's word, or an administrator's, and nobody else's", async () => {
    const owner = await person("viewer");
    const cookie = await sessionOf(owner);
    expect(await readSession(services, cookie)).not.toBeNull();
    const other = await person("operator");
    await expect(endSessions(services, other, owner.actor.name)).rejects.toMatchObject({
      code: "forbidden",
    });
    await endSessions(services, owner, owner.actor.name);
    expect(await readSession(services, cookie)).toBeNull();
    const again = await sessionOf(owner);
    await endSessions(services, await person("administrator"), owner.actor.name);
    expect(await readSession(services, again)).toBeNull();
  });

  test("of a disabled user do not come back when the user is enabled again", async () => {
    const owner = await person("viewer");
    const cookie = await sessionOf(owner);
    await changeUser(services, setup, owner.actor.name, { disabled: true });
    await changeUser(services, setup, owner.actor.name, { disabled: false });
    expect(await readSession(services, cookie)).toBeNull();
  });

  test("nobody changes themselves", async () => {
    const admin = await person("administrator");
    const change = changeUser(services, admin, admin.actor.name, { role: "viewer" });
    await expect(change).rejects.toMatchObject({ code: "conflict" });
  });
});
