import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { users } from "../../drizzle/schema/users.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { changeUser } from "./change-user.ts";
import { createUser } from "./create-user.ts";
import { currentActor } from "./current-actor.ts";
import { linkIdentity } from "./link-identity.ts";
import { isAllowed } from "./require-permission.ts";
import { signIn } from "./sign-in.ts";
import { AuthBrowser } from "./testing/auth-browser.ts";
import { type OidcServer, startOidcServer } from "./testing/start-oidc-server.ts";

const origin = "http://ifrit.test";
const setup = systemContext("test", "test");
const folder = mkdtempSync(join(tmpdir(), "ifrit-oidc-config-"));
const administrator = {
  ...{ requestId: "r", source: "test" },
  actor: { kind: "user" as const, name: "root", userId: 999, role: "administrator" as const },
};
let provider: OidcServer;
let services: Services;
let nowMs = 0;

beforeAll(async () => {
  provider = await startOidcServer(origin);
});
afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  nowMs = Date.now();
  const config = join(folder, `${Math.random()}.yaml`);
  writeFileSync(
    config,
    `provider: { groups: { sre: /platform/sre, approvers: approvers }, groupsMaxAgeHours: 8 }
grants:
  - { who: ["group:sre"], role: operator, clusters: ["bj-*"] }
  - { who: ["group:approvers"], role: approver }
`,
  );
  services = await createTestServices({
    env: { ...provider.env, IFRIT_PUBLIC_URL: origin, IFRIT_CONFIG: config },
    now: () => nowMs,
  });
  provider.setAccounts({
    "sub-1": {
      preferred_username: "Ada",
      name: "Ada L",
      email: "ada@x.org",
      groups: ["/platform/sre"],
    },
    "sub-2": { preferred_username: "Root", email: "root@x.org" },
    "sub-3": {},
  });
});

async function signInAs(account: string) {
  const browser = new AuthBrowser(services, origin);
  const { end, callback } = await browser.through(await browser.begin(), account);
  return { browser, end, callback, error: end.searchParams.get("error") };
}

function actorOf(cookie: string) {
  return currentActor(services, new Request(origin, { headers: { cookie } }), "r");
}

const lastAudit = async (action: string) =>
  (
    await services.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.action, action))
      .orderBy(desc(auditLog.id))
      .limit(1)
  )[0];

test("somebody comes with the first sign-in, with the rights of the provider's groups", async () => {
  const { browser, end } = await signInAs("sub-1");
  expect(end.href).toBe(`${origin}/`);
  expect(await services.db.select().from(users)).toMatchObject([
    {
      ...{ username: "ada", displayName: "Ada L", email: "ada@x.org", role: "viewer" },
      ...{ groups: ["/platform/sre"], groupsAtMs: nowMs, lastSignInAtMs: nowMs, passwordHash: "" },
    },
  ]);
  const ctx = await actorOf(browser.session!);
  expect(isAllowed(ctx, "releases.write", { clusterId: "bj-1", agentName: "a" })).toBe(true);
  expect(isAllowed(ctx, "releases.write", { clusterId: "sh-1", agentName: "a" })).toBe(false);
  expect(isAllowed(ctx, "users.write", {})).toBe(false);
  expect(await lastAudit("user.created")).toMatchObject({ subjectId: "ada", actor: "sign-in" });
  expect(await lastAudit("user.signed-in")).toMatchObject({ subjectId: "ada", actor: "ada" });
});

test("groups are what the provider says at the last sign-in, and only for so long", async () => {
  const { browser } = await signInAs("sub-1");
  const target = { clusterId: "bj-1", agentName: "a" };
  nowMs += 8 * 3_600_000 + 1;
  expect(isAllowed(await actorOf(browser.session!), "releases.write", target)).toBe(false);
  provider.setAccounts({ "sub-1": { preferred_username: "renamed", groups: ["approvers", "x"] } });
  const again = await signInAs("sub-1");
  const ctx = await actorOf(again.browser.session!);
  expect(ctx.actor.name).toBe("ada");
  expect(isAllowed(ctx, "releases.write", target)).toBe(false);
  expect(isAllowed(ctx, "releases.approve", target)).toBe(true);
});

test("a disabled user's session ends at the next request, and the provider does not let the user in", async () => {
  const { browser } = await signInAs("sub-1");
  await changeUser(services, administrator, "ada", { disabled: true });
  await expect(actorOf(browser.session!)).rejects.toMatchObject({ code: "unauthenticated" });
  const again = await signInAs("sub-1");
  expect(again).toMatchObject({ error: "OidcDisabled", browser: { session: null } });
  expect((await lastAudit("user.sign-in-refused"))?.after).toMatchObject({ why: "OidcDisabled" });
});

test("nobody becomes a user that is there because a name or an e-mail address is the same", async () => {
  await createUser(services, setup, {
    ...{ username: "root", role: "administrator", password: "a good long password" },
  });
  await services.db.update(users).set({ email: "root@x.org" });
  const { error, browser } = await signInAs("sub-2");
  expect(error).toBe("OidcNameTaken");
  expect(browser.session).toBeNull();
  expect(await services.db.select().from(users)).toHaveLength(1);
});

test("an administrator links the two, and from then on they are one", async () => {
  await createUser(services, setup, {
    ...{ username: "root", role: "operator", password: "a good long password" },
  });
  await linkIdentity(services, administrator, { username: "root", subject: "sub-2" });
  const { browser } = await signInAs("sub-2");
  expect((await actorOf(browser.session!)).actor).toMatchObject({ name: "root", role: "operator" });
  await expect(
    linkIdentity(services, administrator, { username: "root", subject: "sub-2" }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("a code and a state count once, also with all cookies of then", async () => {
  const browser = new AuthBrowser(services, origin);
  const start = await browser.begin();
  const then = browser.cookieHeader();
  const { callback, end } = await browser.through(start, "sub-1");
  expect(end.pathname).toBe("/");
  const thief = new AuthBrowser(services, origin);
  const jar = then.split("; ").map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]);
  thief.cookies.set(origin, new Map(jar));
  expect((await thief.ask(callback!.href)).headers.get("location")).toContain(
    "error=OAuthCallback",
  );
  expect(thief.session).toBeNull();
  // The browser itself has no state any more.
  expect((await browser.ask(callback!.href)).headers.get("location")).toContain("error=");
});

test("while the provider is down people are told so, and the administrator for emergencies signs in", async () => {
  await createUser(services, setup, {
    ...{ username: "admin", role: "administrator", password: "a good long password" },
  });
  services.env = { ...services.env, IFRIT_OIDC_ISSUER: "http://127.0.0.1:9" };
  const start = await new AuthBrowser(services, origin).begin();
  expect(start.searchParams.get("error")).toBe("OAuthSignin");
  const attempt = { username: "admin", password: "a good long password", address: "10.0.0.1" };
  expect(await signIn(services, { ...attempt, requestId: "r" })).toMatchObject({ name: "admin" });
});

test("somebody of the provider has no password here, whatever is typed", async () => {
  await signInAs("sub-1");
  for (const password of ["", "x", "a good long password"]) {
    const attempt = { username: "ada", password, address: "10.0.0.1", requestId: "r" };
    expect(await signIn(services, attempt)).toBeNull();
  }
});

test("without a name of its own the subject is the name; with onlyGroups others stay out", async () => {
  const { browser } = await signInAs("sub-3");
  expect((await actorOf(browser.session!)).actor.name).toBe("sub-3");
  writeFileSync(
    services.env.IFRIT_CONFIG,
    "provider: { groups: [ifrit-users], onlyGroups: [ifrit-users] }",
  );
  nowMs += 2_000;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect((await signInAs("sub-3")).error).toBe("OidcNotInGroup");
  provider.setAccounts({ "sub-3": { groups: ["ifrit-users"] } });
  expect((await signInAs("sub-3")).error).toBeNull();
});
