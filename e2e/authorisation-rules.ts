import { configRoles } from "../lib/access/config-schema.ts";
import type { Permission } from "../lib/access/permissions.ts";

/** Who is tried at every route. */
export const principals = [
  "nobody",
  "revoked",
  "enrollmentToken",
  "revokedToken",
  "machine",
  "viewer",
  "operatorElsewhere",
  "operator",
  "approver",
  "administrator",
] as const;
export type Principal = (typeof principals)[number];

/**
 * public: anybody. own: with a secret of its own kind, which no principal here has. agent: machines. page: people who
 * signed in; others are sent to the sign-in page. Otherwise the permission of each method; a method
 * that is not named answers nobody.
 */
export type Rule = "public" | "own" | "agent" | "page" | Partial<Record<Method, Permission>>;
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export const methods: Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const read: Rule = { GET: "read" };

/** Every path of the build. One that is missing here fails the test. */
export const rules: Record<string, Rule> = {
  ...{ "/": "page", "/agents": "page", "/agents/[name]": "page", "/audit": "page" },
  ...{ "/approvals": "page", "/approvals/[id]": "page" },
  ...{ "/clusters": "page", "/clusters/[id]": "page" },
  ...{ "/machines": "page", "/machines/[id]": "page", "/releases": "page" },
  ...{ "/releases/[id]": "page", "/releases/new": "page", "/settings": "page" },
  ...{ "/settings/tokens": "page", "/settings/users": "page", "/settings/access": "page" },
  "/settings/signatures": "page",
  ...{ "/sign-in": "public", "/icon.svg": "public", "/_not-found": "public" },
  ...{ "/_global-error": "public", "/api/auth/[...nextauth]": "public" },
  ...{ "/api/agent/v1/desired-state": "agent", "/api/agent/v1/enroll": "own" },
  ...{ "/api/agent/v1/packages/[sha256]": "agent", "/api/agent/v1/report": "agent" },
  ...{ "/api/agent/v1/desired-state/statement": "agent" },
  ...{ "/api/agent/v1/packages/[sha256]/signature": "agent" },
  // Root documents are no secret, and the only way back for a machine whose root has ended.
  "/api/agent/v1/trust/roots": "public",
  ...{ "/api/agent/v1/token": "own", "/api/master/v1/[...path]": "own" },
  ...{ "/api/cron/rebuild": "own", "/api/cron/advance": "own", "/api/cron/flush": "own" },
  ...{ "/api/v1/agents": read, "/api/v1/agents/[name]": read },
  ...{
    "/api/v1/audit": read,
    "/api/v1/audit/export": read,
    "/api/v1/machines/export": read,
    "/api/v1/me": read,
  },
  ...{ "/api/v1/machines": read, "/api/v1/machines/[id]": read, "/api/v1/overview": read },
  ...{ "/api/v1/openapi.json": read, "/api/v1/releases/[id]": read },
  // Installers and archives of ifrit-agent: a machine that has none yet has no secret either.
  "/install/[...path]": "public",
  "/api/v1/clusters/[id]/installation": read,
  "/api/v1/trust": read,
  "/api/v1/config": read,
  "/api/v1/approvals": read,
  "/api/v1/approvals/[id]": read,
  "/api/v1/approvals/[id]/[decision]": { POST: "releases.approve" },
  "/api/v1/clusters": { GET: "read", POST: "clusters.write" },
  "/api/v1/clusters/check": { POST: "clusters.write" },
  "/api/v1/clusters/[id]": { GET: "read", PATCH: "clusters.write", DELETE: "clusters.write" },
  "/api/v1/clusters/[id]/credentials": { GET: "clusters.write", POST: "clusters.write" },
  "/api/v1/clusters/[id]/credentials/[credential]": { DELETE: "clusters.write" },
  "/api/v1/clusters/[id]/credentials/rotate": { POST: "clusters.write" },
  "/api/v1/clusters/[id]/change-policy": { GET: "read", PUT: "clusters.write" },
  "/api/v1/clusters/[id]/enrollment-tokens": { GET: "machines.write", POST: "machines.write" },
  "/api/v1/clusters/[id]/enrollment-tokens/[token]": { DELETE: "machines.write" },
  "/api/v1/freezes": { GET: "read", POST: "clusters.write" },
  "/api/v1/freezes/[id]": { DELETE: "clusters.write" },
  "/api/v1/holds": { GET: "read", POST: "machines.write" },
  "/api/v1/holds/[id]": { DELETE: "machines.write" },
  "/api/v1/known-bad": { GET: "read", POST: "releases.write" },
  "/api/v1/known-bad/[id]": { DELETE: "releases.write" },
  "/api/v1/machines/[id]/[verb]": { POST: "machines.write" },
  "/api/v1/machines/change": { POST: "machines.write" },
  "/api/v1/machines/change/preview": { POST: "read" },
  "/api/v1/me/password": { POST: "read" },
  "/api/v1/me/sessions": { DELETE: "read" },
  "/api/v1/packages": { POST: "packages.write" },
  "/api/v1/packages/[id]": { DELETE: "packages.write" },
  "/api/v1/packages/[id]/signature": { PUT: "packages.write" },
  "/api/v1/releases": { GET: "read", POST: "releases.write" },
  "/api/v1/releases/[id]/[verb]": { POST: "releases.write" },
  "/api/v1/releases/preview": { POST: "read" },
  "/api/v1/tokens": { GET: "read", POST: "read" },
  "/api/v1/tokens/[id]": { DELETE: "read" },
  "/api/v1/users": { GET: "users.write", POST: "users.write" },
  "/api/v1/users/[name]": { PATCH: "users.write" },
  "/api/v1/users/[name]/identities": { POST: "users.write" },
  "/api/v1/users/[name]/identities/[id]": { DELETE: "users.write" },
  "/api/v1/users/[name]/password": { PUT: "users.write" },
  "/api/v1/users/[name]/sessions": { DELETE: "users.write" },
};

const permissionsOf: Record<Principal, readonly Permission[]> = {
  ...{
    nobody: [],
    revoked: [],
    enrollmentToken: [],
    revokedToken: [],
    machine: [],
    viewer: configRoles.viewer,
  },
  ...{ operatorElsewhere: configRoles.operator, operator: configRoles.operator },
  ...{ approver: configRoles.approver, administrator: configRoles.administrator },
};

/** Whether the principal may get an answer at all; a target of another cluster is refused later. */
export function mayCall(principal: Principal, rule: Rule, method: Method): boolean {
  if (rule === "public") return true;
  if (rule === "own") return false;
  if (rule === "agent") return principal === "machine";
  // A page is the same page whatever it is asked with.
  if (rule === "page") return permissionsOf[principal].length > 0;
  const permission = rule[method];
  return permission !== undefined && permissionsOf[principal].includes(permission);
}

/** What a cluster's operator may do there, with the body that it takes. */
export const inClusterLocal: { method: Method; path: string; body: object }[] = [
  {
    ...{ method: "POST", path: "/api/v1/clusters/local/enrollment-tokens" },
    body: { label: "probe", ttlSeconds: 60 },
  },
  {
    ...{ method: "POST", path: "/api/v1/releases" },
    body: {
      plan: {
        ...{ agentName: "no-such-agent", version: "1.0.0", machineTypes: ["LINUX"] },
        clusters: [{ clusterId: "local", stages: [{ kind: "full", gate: {} }] }],
      },
    },
  },
];
