import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type APIRequestContext, expect, request, test } from "@playwright/test";
import { ReleaseDetail, ReleaseList, type ReleaseSummary } from "../lib/contract/console-views.ts";
import { KnownBadList } from "../lib/contract/known-bad.ts";
import { freePort } from "../lib/testing/free-port.ts";
import { repoRoot } from "../scripts/repo-root.ts";

/*
 * npm run demo, as a visitor starts it: a release moves by itself, one was stopped by its gate, and
 * everything is gone with Ctrl-C. Machines ask every few seconds instead of every quarter of a minute,
 * so that its history is made quickly.
 */

const password = "ifrit demo password";
const secondsMax = 90;

test("npm run demo shows a release that moves, ends with Ctrl-C, and starts again in the background", async () => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "ifrit-demo-e2e-"));
  chmodSync(folder, 0o711);
  const env = {
    ...process.env,
    ...{ IFRIT_DATA_DIR: join(folder, "data"), HOST: "127.0.0.1", PORT: String(await freePort()) },
    ...{ IFRIT_POLL_SECONDS: "3", IFRIT_FAST_POLL_SECONDS: "1", IFRIT_FLUSH_SECONDS: "1" },
  };
  const startedAt = performance.now();
  const demo = start([], env);
  try {
    const url = await demo.ready;
    const http = await signIn(url);
    await expect
      .poll(async () => (await lively(http)).moved, { timeout: 60_000, intervals: [250] })
      .toBe(true);
    const { releases } = await list(http);
    const states = releases.map(({ agentName, state }) => `${agentName} ${state}`);
    expect(states).toContain("control-agent completed");
    // Its gate did not hold, so nobody else gets that version.
    await expect
      .poll(async () => (await standingMarks(http)).join(), { timeout: 60_000, intervals: [500] })
      .toBe("monitor-agent 5.2.0 gate");
    await http.dispose();
    // What a terminal's Ctrl-C does: to npm, and to all that runs in front.
    process.kill(-demo.child.pid!, "SIGINT");
    expect(await demo.ended).toBe(0);
    expect((performance.now() - startedAt) / 1000).toBeLessThan(secondsMax);
    expect(processesWith(folder)).toEqual([]);
    await again(env, folder, releases.length);
  } finally {
    if (demo.child.exitCode === null) process.kill(-demo.child.pid!, "SIGINT");
    await demo.ended;
    await start(["--down"], env).ended;
    rmSync(folder, { recursive: true, force: true });
  }
});

/** In the background: what was there is there, and one more release is under way. */
async function again(env: NodeJS.ProcessEnv, folder: string, before: number): Promise<void> {
  const detached = start(["--detach"], env);
  const http = await signIn(await detached.ready);
  expect(await detached.ended).toBe(0);
  expect((await list(http)).releases).toHaveLength(before + 1);
  await http.dispose();
  expect(await start(["--down"], env).ended).toBe(0);
  expect(processesWith(folder)).toEqual([]);
}

type Started = { child: ChildProcess; ready: Promise<string>; ended: Promise<number | null> };

function start(args: string[], env: NodeJS.ProcessEnv): Started {
  const bootstrap = join(repoRoot, "scripts", "bootstrap.mjs");
  const child = spawn(process.execPath, [bootstrap, "demo", ...args], {
    ...{ cwd: repoRoot, env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  });
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ready = new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const url = /^ready (http:\S+)$/m.exec(output)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    void ended.then((code) => reject(new Error(`npm run demo ended with ${code}:\n${output}`)));
  });
  ready.catch(() => undefined);
  return { child, ready, ended };
}

async function signIn(url: string): Promise<APIRequestContext> {
  const http = await request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url } });
  const { csrfToken } = await (await http.get("/api/auth/csrf")).json();
  const form = { csrfToken, username: "admin", password, json: "true" };
  await http.post("/api/auth/callback/credentials", { form });
  return http;
}

async function list(http: APIRequestContext) {
  return ReleaseList.parse(await (await http.get("/api/v1/releases?limit=100")).json());
}

/** The newest release of log-agent: has a stage after its first one opened by itself? */
async function lively(http: APIRequestContext): Promise<{ moved: boolean }> {
  const { releases } = await list(http);
  const newest = releases.find((one: ReleaseSummary) => one.agentName === "log-agent")!;
  const detail = ReleaseDetail.parse(
    await (await http.get(`/api/v1/releases/${newest.id}`)).json(),
  );
  const opened = detail.events.filter(({ kind }) => kind === "stageOpened");
  return { moved: opened.length > 1 && detail.counts.healthy > 1 };
}

async function standingMarks(http: APIRequestContext): Promise<string[]> {
  const { marks } = KnownBadList.parse(await (await http.get("/api/v1/known-bad")).json());
  return marks.map(({ agentName, version, cause }) => `${agentName} ${version} ${cause}`);
}

/** Command lines of processes that have to do with the folder. */
function processesWith(folder: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const about = ["cmdline", "environ"].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, "utf8"),
        );
        return about.some((text) => text.includes(folder)) ? [about[0]!.replaceAll("\0", " ")] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
