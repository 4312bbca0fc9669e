import { asc, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { users } from "../../drizzle/schema/users.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { unique } from "../testing/unique.ts";
import { handleAuth } from "./auth-handler.ts";
import { createUser } from "./create-user.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { readSession, sessionCookieName } from "./session.ts";
import { changeOwnPassword, setPassword } from "./set-password.ts";
import { signInLimits } from "./sign-in-throttle.ts";

const ctx = systemContext("tester", "test");
const password = "a good long password";
const host = "127.0.0.1:3123";
let services: Services;
let username: string;

beforeAll(async () => {
  services = await createTestServices();
});
beforeEach(async () => {
  username = `user-${unique()}`;
  await createUser(services, ctx, { username, role: "administrator", password });
});

class Browser {
  readonly cookies = new Map<string, string>();

  constructor(
    private readonly on: Services = services,
    private readonly address = `10.${Math.random()}`,
  ) {}

  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = this.cookieHeader();
    const request = new Request(`http://${host}/api/auth/${path}`, {
      ...init,
      headers: { host, cookie, "ifrit-client-address": this.address, ...init.headers },
    });
    const response = await handleAuth(this.on, request, path.split("?")[0]!.split("/"));
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async signIn(name: string, secret: string): Promise<{ url: string }> {
    const { csrfToken } = (await (await this.call("csrf")).json()) as { csrfToken: string };
    const response = await this.call("callback/credentials", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrfToken, username: name, password: secret, json: "true" }),
    });
    return (await response.json()) as { url: string };
  }

  session = () => readSession(this.on, this.cookieHeader());
}

const audited = async () =>
  (
    await services.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.subjectId, username))
      .orderBy(asc(auditLog.id))
  ).map((row) => row.action);

describe("signing in", () => {
  test("with the right password gives a session, works at the bare address, and is audited", async () => {
    const browser = new Browser();
    const { url } = await browser.signIn(username.toUpperCase(), password);
    expect(url).not.toContain("error");
    expect(url.startsWith(`http://${host}`)).toBe(true);
    expect(await browser.session()).toMatchObject({ name: username, role: "administrator" });
    expect(await audited()).toEqual(["user.created", "user.signed-in"]);
    const session = (await (await browser.call("session")).json()) as { user: { name: string } };
    expect(session.user.name).toBe(username);
  });

  test("with a wrong password gives none, and is audited", async () => {
    const browser = new Browser();
    expect((await browser.signIn(username, "wrong password")).url).toContain("CredentialsSignin");
    expect(await browser.session()).toBeNull();
    expect(await audited()).toEqual(["user.created", "user.sign-in-refused"]);
  });

  test("with an unknown name answers the same, and does not keep what was typed", async () => {
    const typed = `secret-${unique()}`;
    expect((await new Browser().signIn(typed, password)).url).toContain("CredentialsSignin");
    const rows = await services.db.select().from(auditLog);
    expect(JSON.stringify(rows)).not.toContain(typed);
  });

  test("without the CSRF token gives none", async () => {
    const browser = new Browser();
    await browser.call("callback/credentials", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ username, password }),
    });
    expect(await browser.session()).toBeNull();
  });

  test("a redirect to another site is not followed", async () => {
    const browser = new Browser();
    const response = await browser.call("signin?callbackUrl=https://evil.example/");
    expect(response.headers.get("location") ?? "").not.toMatch(/^https:\/\/evil/);
    expect(decodeURIComponent(browser.cookieHeader())).not.toContain("evil.example");
  });

  test("a guesser is throttled, and the owner elsewhere is not", async () => {
    const guesser = new Browser(services, "203.0.113.7");
    for (let guess = 0; guess < signInLimits.pair.points; guess += 1)
      expect((await guesser.signIn(username, `guess ${guess}`)).url).toContain("CredentialsSignin");
    expect((await guesser.signIn(username, password)).url).toContain("too_many_requests");
    expect(await guesser.session()).toBeNull();
    const owner = new Browser(services, "198.51.100.2");
    await owner.signIn(username, password);
    expect(await owner.session()).not.toBeNull();
  });

  test("an address that tries many names is throttled as a whole", async () => {
    const sprayer = new Browser(services, "203.0.113.8");
    let refused = "";
    for (let guess = 0; guess <= signInLimits.address.points && !refused; guess += 1) {
      const { url } = await sprayer.signIn(`nobody-${guess}`, "x");
      if (url.includes("too_many_requests")) refused = url;
    }
    expect(refused).not.toBe("");
  }, 60_000);

  test("fault 59: 1,000 guesses, from one address and with one name: throttled, and the owner elsewhere is not", async () => {
    const guesser = new Browser(services, "203.0.113.77");
    const { csrfToken } = (await (await guesser.call("csrf")).json()) as { csrfToken: string };
    let looked = 0;
    for (let guess = 0; guess < 1_000; guess += 1) {
      const form = { csrfToken, username, password: `guess ${guess}`, json: "true" };
      const response = await guesser.call("callback/credentials", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(form),
      });
      const { url } = (await response.json()) as { url: string };
      if (!url.includes("too_many_requests")) looked += 1;
    }
    expect(looked).toBe(signInLimits.pair.points);
    const refused = (await audited()).filter((action) => action === "user.sign-in-refused");
    expect(refused).toHaveLength(looked);
    const owner = new Browser(services, "198.51.100.77");
    await owner.signIn(username, password);
    expect(await owner.session()).not.toBeNull();
  }, 120_000);

  test("works while Redis is away, still throttled", async () => {
    const alone = await createTestServices();
    await createUser(alone, ctx, { username, role: "viewer", password });
    alone.redis.disconnect();
    const browser = new Browser(alone);
    await browser.signIn(username, password);
    expect(await browser.session()).toMatchObject({ role: "viewer" });
    const guesser = new Browser(alone);
    for (let guess = 0; guess < signInLimits.pair.points; guess += 1)
      await guesser.signIn(username, "wrong");
    expect((await guesser.signIn(username, password)).url).toContain("too_many_requests");
  });
});

describe("a session", () => {
  test("fault 60: ends with the next request when the user is disabled", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    await services.db.update(users).set({ disabledAtMs: 1 }).where(eq(users.username, username));
    expect(await browser.session()).toBeNull();
    expect((await new Browser().signIn(username, password)).url).toContain("CredentialsSignin");
  });

  test("ends when the password is set anew", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    await setPassword(services, ctx, { username, password: "another long password" });
    expect(await browser.session()).toBeNull();
    expect(await (await browser.call("session")).json()).toEqual({});
  });

  test("that was signed out of is worth nothing, also to who copied its cookie", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    const copied = browser.cookieHeader();
    const elsewhere = new Browser();
    await elsewhere.signIn(username, password);
    const { csrfToken } = (await (await browser.call("csrf")).json()) as { csrfToken: string };
    await browser.call("signout", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrfToken, json: "true" }),
    });
    expect(await browser.session()).toBeNull();
    expect(await readSession(services, copied)).toBeNull();
    // Other devices stay signed in.
    expect(await elsewhere.session()).not.toBeNull();
    expect(await audited()).toContain("user.signed-out");
  });

  test("shows a changed role at once", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    await services.db.update(users).set({ role: "viewer" }).where(eq(users.username, username));
    expect(await browser.session()).toMatchObject({ role: "viewer" });
  });

  test("cannot be forged or changed", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    const name = sessionCookieName(services.env);
    const token = browser.cookies.get(name)!;
    // Not the last character: part of its bits say nothing.
    const changed = token.replace(
      /.(.{9})$/,
      (_, rest) => `${token.at(-10) === "A" ? "B" : "A"}${rest}`,
    );
    for (const forged of ["", "x", `${token}x`, token.slice(0, -3), changed])
      expect(await readSession(services, `${name}=${forged}`)).toBeNull();
  });

  test("of another deployment's secret is worth nothing", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    const env = { ...services.env, IFRIT_SECRET: "x".repeat(40) };
    expect(await readSession({ ...services, env }, browser.cookieHeader())).toBeNull();
  });

  test("has a secure cookie behind https, and not on plain http", async () => {
    const plain = new Browser();
    await plain.signIn(username, password);
    expect([...plain.cookies.keys()]).toContain("next-auth.session-token");
    const env = { ...services.env, IFRIT_PUBLIC_URL: "https://ifrit.example.com" };
    const secure = new Browser({ ...services, env });
    const { url } = await secure.signIn(username, password);
    expect(url.startsWith("https://ifrit.example.com")).toBe(true);
    expect([...secure.cookies.keys()]).toContain("__Secure-next-auth.session-token");
  });
});

describe("changing one's own password", () => {
  const change = async (currentPassword: string, newPassword = "my new long password") => {
    const [user] = await services.db.select().from(users).where(eq(users.username, username));
    const actor = {
      kind: "user" as const,
      name: username,
      userId: user!.id,
      role: "viewer" as const,
    };
    const request = { currentPassword, newPassword, address: "10.9.9.9" };
    await changeOwnPassword(services, { ...ctx, actor }, request);
  };

  test("needs the present one, and no permission", async () => {
    await expect(change("not it")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(change(password, "short")).rejects.toMatchObject({ code: "invalid_request" });
    await change(password);
    const browser = new Browser();
    await browser.signIn(username, "my new long password");
    expect(await browser.session()).not.toBeNull();
    expect(await audited()).toContain("user.password-changed");
  });

  test("ends open sessions, and cannot be used to guess", async () => {
    const browser = new Browser();
    await browser.signIn(username, password);
    await change(password);
    expect(await browser.session()).toBeNull();
    for (let guess = 0; guess < signInLimits.pair.points; guess += 1)
      await expect(change("guess")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(change("my new long password")).rejects.toMatchObject({
      code: "too_many_requests",
    });
  });
});

describe("passwords", () => {
  test("are hashed with argon2id, salted", async () => {
    const [one, two] = [await hashPassword(password), await hashPassword(password)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, password)).toBe(true);
    expect(await verifyPassword(one, `${password} `)).toBe(false);
  });

  test("of nobody take about as long as a wrong one", async () => {
    const hash = await hashPassword(password);
    const time = async (work: () => Promise<boolean>) => {
      const start = performance.now();
      for (let round = 0; round < 10; round += 1) expect(await work()).toBe(false);
      return performance.now() - start;
    };
    const nobody = await time(() => verifyPassword(undefined, "wrong"));
    const wrong = await time(() => verifyPassword(hash, "wrong"));
    expect(nobody / wrong).toBeGreaterThan(0.4);
    expect(nobody / wrong).toBeLessThan(2.5);
  });

  test("that are short, and names that are taken or odd, are refused", async () => {
    const attempt = (user: object) =>
      createUser(services, ctx, { username: "x", role: "viewer", password, ...user });
    await expect(attempt({ password: "short" })).rejects.toMatchObject({ code: "invalid_request" });
    await expect(attempt({ username })).rejects.toMatchObject({ code: "conflict" });
    await expect(attempt({ username: "a b" })).rejects.toMatchObject({ code: "invalid_request" });
  });
});
