import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { configRoles } from "../lib/access/config-schema.ts";
import { agentPaths } from "../lib/contract/headers.ts";
import { enrollRequest, sampleMachine, tokenRequest } from "../lib/testing/sample-machine.ts";
import {
  inClusterLocal,
  type Method,
  mayCall,
  methods,
  type Principal,
  principals,
  rules,
} from "./authorisation-rules.ts";
import { login } from "./fixtures.ts";
import { type Ifrit, startIfrit } from "./start-ifrit.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const password = "a good long password";

/** Ways past a check that frameworks have had: none may change who gets in. */
const variants: Record<string, Record<string, string>> = {
  plain: {},
  subrequest: {
    "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware",
  },
  proxySubrequest: { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
  rsc: { rsc: "1" },
  prefetch: { rsc: "1", "next-router-prefetch": "1", purpose: "prefetch" },
};

let ifrit: Ifrit;
let folder: string;
const identities = {} as Record<Principal, Record<string, string>>;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  folder = mkdtempSync(join(tmpdir(), "ifrit-authorisation-"));
  const config = join(folder, "ifrit.config.yaml");
  writeFileSync(
    config,
    `grants:
  - { who: ["user:operator"], role: operator, clusters: [local] }
  - { who: ["user:operatorelsewhere"], role: operator, clusters: [elsewhere] }
  - { who: ["user:approver"], role: approver }
`,
  );
  ifrit = await startIfrit({
    ...{ IFRIT_CONFIG: config, IFRIT_API_PER_MINUTE: "100000" },
    IFRIT_TRUSTED_PROXIES: "127.0.0.1/32",
  });
  await makeIdentities();
});
test.afterAll(async () => {
  await ifrit?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function makeIdentities(): Promise<void> {
  const administrator = await signIn("admin", ifrit.adminPassword);
  const asAdmin = { ...administrator, origin: ifrit.url, "content-type": "application/json" };
  for (const username of ["viewer", "operator", "operatorelsewhere", "approver", "revoked"])
    await send("POST", "/api/v1/users", asAdmin, { username, role: "viewer", password });
  const revoked = await signIn("revoked", password);
  await send("DELETE", "/api/v1/users/revoked/sessions", asAdmin);
  const enrollment = { label: "agent", ttlSeconds: 600 };
  const path = "/api/v1/clusters/local/enrollment-tokens";
  const { token } = (await (await send("POST", path, asAdmin, enrollment)).json()) as {
    token: string;
  };
  Object.assign(identities, {
    ...{ nobody: {}, administrator, revoked, enrollmentToken: bearer(token) },
    ...{ machine: bearer(await enrolMachine(token)), revokedToken: await revokedToken(asAdmin) },
    ...{ viewer: await signIn("viewer", password), operator: await signIn("operator", password) },
    operatorElsewhere: await signIn("operatorelsewhere", password),
    approver: await signIn("approver", password),
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a machine gets for the proof of its key. */
async function enrolMachine(enrollmentToken: string): Promise<string> {
  const machine = sampleMachine("machine-that-tries-doors");
  const json = { "content-type": "application/json" };
  await send("POST", agentPaths.enroll, json, enrollRequest(machine, enrollmentToken));
  const answer = await send("POST", agentPaths.token, json, tokenRequest(machine, "local", 1));
  const { token } = (await answer.json()) as { token: string };
  const state = await send("GET", agentPaths.desiredState, bearer(token));
  expect(state.status, "a token that is good where it belongs").toBe(200);
  return token;
}

/** An administrator's API token that may do everything, until it was taken back. */
async function revokedToken(asAdmin: Record<string, string>): Promise<Record<string, string>> {
  const permissions = configRoles.administrator;
  const asked = { label: "doors", permissions, ttlSeconds: 3_600 };
  const made = await send("POST", "/api/v1/tokens", asAdmin, asked);
  const { id, token } = (await made.json()) as { id: number; token: string };
  const overview = () => send("GET", "/api/v1/overview", bearer(token));
  expect((await overview()).status).toBe(200);
  await send("DELETE", `/api/v1/tokens/${id}`, asAdmin);
  expect((await overview()).status).toBe(401);
  return bearer(token);
}

async function signIn(username: string, secret: string): Promise<Record<string, string>> {
  const csrf = await fetch(`${ifrit.url}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookieOf = (response: Response) =>
    response.headers.getSetCookie().map((line) => line.split(";")[0]!);
  const signedIn = await fetch(`${ifrit.url}/api/auth/callback/credentials`, {
    ...{ method: "POST", redirect: "manual" },
    headers: { cookie: cookieOf(csrf).join("; ") },
    body: new URLSearchParams({ csrfToken, username, password: secret, json: "true" }),
  });
  const cookie = cookieOf(signedIn).find((one) => one.includes("session-token="));
  if (!cookie) throw new Error(`${username} could not sign in: ${signedIn.status}`);
  return { cookie };
}

let requests = 0;

/** Each from an address of its own: who is told to ask less often is not judged. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const number = requests++;
  const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  return fetch(`${ifrit.url}${path}`, {
    ...{ method, headers: { ...headers, "x-forwarded-for": address }, redirect: "manual" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

/** From the build's own list, and from the folders, should the two ever differ. */
function everyPath(): string[] {
  const manifest = join(root, ".next", "app-path-routes-manifest.json");
  const built = Object.values(JSON.parse(readFileSync(manifest, "utf8")) as Record<string, string>);
  const files = readdirSync(join(root, "app", "api"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("/route.ts"))
    .map((file) => `/api/${file.slice(0, -"/route.ts".length)}`);
  return [...new Set([...built, ...files])].sort();
}

const filled = (path: string) =>
  path.replace(/\[\.\.\.\w+\]/, "clusters/local").replace(/\[\w+\]/g, "1");

test("every route of the build has a rule", () => {
  expect(everyPath().filter((path) => !(path in rules))).toEqual([]);
});

for (const [name, variant] of Object.entries(variants))
  test(`fault 57: nobody gets in who may not: ${name}`, async () => {
    test.setTimeout(600_000);
    const wrong: string[] = [];
    let tried = 0;
    for (const path of everyPath())
      for (const principal of principals) {
        const asked = methods.filter((method) => isTried(name, principal, path, method));
        tried += asked.length;
        const faults = await Promise.all(
          asked.map(async (method) => {
            const fault = await faultOf(principal, method, path, variant);
            return fault && `${principal} ${method} ${path}: ${fault}`;
          }),
        );
        wrong.push(...faults.filter((fault) => fault !== null));
      }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(500);
  });

/** All who may not, in every variant; who may, only where it changes nothing. */
function isTried(variant: string, principal: Principal, path: string, method: Method): boolean {
  const rule = rules[path]!;
  if (rule === "public") return false;
  return !mayCall(principal, rule, method) || (method === "GET" && variant === "plain");
}

/** null: as it should be. */
async function faultOf(
  principal: Principal,
  method: Method,
  path: string,
  variant: Record<string, string>,
): Promise<string | null> {
  const allowed = mayCall(principal, rules[path]!, method);
  const isRead = method === "GET";
  const response = await send(
    method,
    filled(path),
    {
      ...{ ...identities[principal], ...variant },
      ...(isRead ? {} : { origin: ifrit.url, "content-type": "application/json" }),
    },
    isRead ? undefined : {},
  );
  const text = await response.text();
  const { status } = response;
  if (status === 429) return "limited instead of judged";
  // Cluster "1" is nobody's: what is more than reading is refused there to who may do it elsewhere.
  const isScoped = principal.startsWith("operator") && !mayCall("viewer", rules[path]!, method);
  if (allowed)
    return status === 401 || (status === 403 && !isScoped) ? `refused with ${status}` : null;
  if (status < 200 || status > 299) return null;
  // A page that is asked for piece by piece tells the browser to go to the sign-in page instead.
  const isRedirect = rules[path] === "page" && /NEXT_REDIRECT[^"]*sign-in/.test(text);
  return isRedirect && !text.includes('"username"') ? null : `let in with ${status}`;
}

test("a cluster's operator writes there, and the operator of another does not", async () => {
  for (const { method, path, body } of inClusterLocal)
    for (const principal of principals) {
      const headers = { ...identities[principal], origin: ifrit.url };
      const { status } = await send(
        method,
        path,
        { ...headers, "content-type": "application/json" },
        body,
      );
      const refused = status === 401 || status === 403;
      const may = principal === "operator" || principal === "administrator";
      expect(refused, `${principal} ${path}: ${status}`).toBe(!may);
    }
});

test("every answer carries the security headers, and no script runs but the console's own", async ({
  browser,
}) => {
  const answer = await fetch(`${ifrit.url}/api/v1/me`);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  const policies = await Promise.all(
    [1, 2].map(async () =>
      (await fetch(`${ifrit.url}/sign-in`)).headers.get("content-security-policy"),
    ),
  );
  expect(policies[0]).toContain("frame-ancestors 'none'");
  expect(policies[0]).not.toBe(policies[1]);
  const page = await (await browser.newContext({ baseURL: ifrit.url })).newPage();
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) refused.push(message.text());
  });
  await login(page, ifrit);
  for (const path of ["/", "/releases", "/machines", "/agents", "/audit"]) {
    await page.goto(path);
    await expect(page.getByRole("main")).toBeVisible();
  }
  expect(refused).toEqual([]);
  await page.evaluate(() =>
    document.body.insertAdjacentHTML("beforeend", '<img src="x" onerror="window.intruder = 1">'),
  );
  await expect.poll(() => refused.length).toBeGreaterThan(0);
  expect(await page.evaluate(() => "intruder" in window)).toBe(false);
  await page.context().close();
});

test("a large upload arrives whole", async () => {
  const body = randomBytes(12 * 1024 * 1024);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const response = await fetch(`${ifrit.url}/api/v1/packages`, {
    ...{ method: "POST", body },
    headers: {
      ...{ ...identities.administrator, origin: ifrit.url, "ifrit-sha256": sha256 },
      "content-type": "application/gzip",
    },
  });
  // It is no archive; but it is what was sent.
  expect(await response.json()).toMatchObject({ code: "package_invalid" });
});
