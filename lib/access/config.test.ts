import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigView } from "../contract/access-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { ConfigError, parseConfig } from "./config-schema.ts";
import { currentConfig } from "./current-config.ts";
import { describeConfig } from "./describe-config.ts";
import { grantsOf } from "./grants-of.ts";
import type { PermissionTarget } from "./permissions.ts";
import { isAllowed, type Permission } from "./require-permission.ts";

const text = `
groups:
  sre: [ada, Bob]
grants:
  - who: [group:sre]
    role: operator
    clusters: [bj-*]
    agents: [log-agent]
  - who: [user:eve, role:approver]
    role: approver
  - who: ["user:fred"]
    permissions: [clusters.write, machines.write]
    clusters: [sh-1]
`;

function may(name: string, permission: Permission, target?: PermissionTarget, role = "viewer") {
  const actor = { kind: "user", name, userId: 1, role } as const;
  const grants = grantsOf(parseConfig(text), { name, role }, 0);
  const ctx = { actor: { ...actor, grants }, requestId: "r", source: "t" } as RequestContext;
  return isAllowed(ctx, permission, target);
}

describe("grants", () => {
  const bj = { clusterId: "bj-1", agentName: "log-agent" };
  const cases: [string, Permission, PermissionTarget | undefined, boolean][] = [
    ["stranger", "read", undefined, true],
    ["stranger", "releases.write", undefined, false],
    ["ada", "releases.write", undefined, true],
    ["ada", "releases.write", bj, true],
    ["bob", "releases.write", bj, true],
    ["ada", "releases.write", { ...bj, clusterId: "sh-1" }, false],
    ["ada", "releases.write", { ...bj, agentName: "monitor-agent" }, false],
    ["ada", "releases.write", {}, false],
    ["ada", "packages.write", { agentName: "log-agent" }, true],
    ["ada", "packages.write", { agentName: "other" }, false],
    // A machine that is revoked loses every agent, not only this one.
    ["ada", "machines.write", { clusterId: "bj-1" }, false],
    ["ada", "releases.approve", bj, false],
    ["ada", "users.write", undefined, false],
    ["eve", "releases.approve", bj, true],
    ["fred", "clusters.write", { clusterId: "sh-1" }, true],
    ["fred", "clusters.write", { clusterId: "bj-1" }, false],
    // Everything at once needs a grant for everything.
    ["fred", "clusters.write", {}, false],
    ["fred", "machines.write", { clusterId: "sh-1" }, true],
  ];
  test.each(cases)("%s, %s for %o: %s", (name, permission, target, allowed) => {
    expect(may(name, permission, target)).toBe(allowed);
  });

  test("roles are subjects, and administrators need no grant", () => {
    expect(may("joe", "releases.approve", bj, "approver")).toBe(true);
    expect(may("joe", "users.write", {}, "administrator")).toBe(true);
  });
});

const mistakes: [string, string][] = [
  ["grants:\n - who: [ada]\n   role: operator", "grants.0.who.0"],
  ["grants:\n - who: [user:ada]", "role or permissions"],
  ["grants:\n - who: [user:ada]\n   role: king", "grants.0.role"],
  ["grants:\n - who: [group:ops]\n   role: operator", "there is no group ops"],
  ["grant: []", "grant"],
  ["grants: [", "flow"],
  ["groups: {}\ngrants:\n - who: [user:ada]\n   role: king", "line 4"],
  ["groups: {}\n\ngrant: []", "line 3"],
  [
    "grants:\n - who: [user:ada]\n   role: operator\n - who: [group:ops]\n   role: operator",
    "line 4",
  ],
  ["approval: {shareMax: 2}", "approval.shareMax"],
];
test.each(mistakes)("%j is refused, and the place named", (broken, place) => {
  expect(() => parseConfig(broken)).toThrow(ConfigError);
  expect(() => parseConfig(broken)).toThrow(new RegExp(place, "i"));
});

describe("the configuration in force", () => {
  let folder: string;
  let services: Services;
  const logged: string[] = [];
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
    folder = mkdtempSync(join(tmpdir(), "ifrit-config-"));
    logged.length = 0;
    const say = (_: object, message: string) => logged.push(message);
    services = {
      env: { IFRIT_CONFIG: join(folder, "c.yaml"), IFRIT_DATA_DIR: folder },
      log: { error: say, info: say, warn: say },
    } as unknown as Services;
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });
  const put = (content: string) => {
    writeFileSync(join(folder, "c.yaml"), content);
    vi.advanceTimersByTime(1_500);
    return currentConfig(services);
  };

  test("is nobody's grant without a file", () => {
    expect(currentConfig(services)).toMatchObject({ problem: null, config: { grants: [] } });
  });

  test("follows the file; a broken one keeps the last good one and says so, over restarts too", () => {
    expect(put(text).config.grants).toHaveLength(3);
    const broken = put("grants: [{who: [user:ada], role: king}]");
    expect(broken.config.grants).toHaveLength(3);
    expect(broken.problem).toContain("grants.0.role");
    expect(logged.at(-1)).toContain("grants.0.role");
    // Another path to the same last good copy: as a new process would begin.
    const restarted = {
      ...services,
      env: { ...services.env, IFRIT_CONFIG: `${folder}/./x/../c2.yaml` },
    };
    writeFileSync(join(folder, "c2.yaml"), "grants: 7");
    expect(currentConfig(restarted as Services).config.grants).toHaveLength(3);
    rmSync(join(folder, "c.yaml"));
    vi.advanceTimersByTime(1_500);
    expect(currentConfig(services).problem).toContain("is gone");
    expect(put("grants: []")).toMatchObject({ problem: null, config: { grants: [] } });
  });

  test("is described as it is in force, with what is wrong with the file", () => {
    expect(describeConfig(services)).toMatchObject({ state: "none", grants: [], provider: null });
    put(text);
    const described = ConfigView.parse(describeConfig(services));
    expect(described).toMatchObject({ state: "inForce", problem: null });
    expect(described.grants[2]).toEqual({
      ...{ who: ["user:fred"], role: null, clusters: ["sh-1"], agents: ["*"] },
      permissions: ["clusters.write", "machines.write"],
    });
    expect(described.grants[1]!.permissions).toEqual(["read", "releases.approve"]);
    expect(described.approval.shareMax).toBeNull();
    expect(described.inForce?.sha256).toBe(createHash("sha256").update(text).digest("hex"));
    put("grants: 7");
    expect(describeConfig(services).inForce).toEqual(described.inForce);
    expect(describeConfig(services)).toMatchObject({
      ...{ state: "kept", grants: described.grants },
      problem: expect.stringContaining("grants"),
    });
  });
});
