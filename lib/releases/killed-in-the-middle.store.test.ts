import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { releaseEvents } from "../../drizzle/schema/release-events.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { buildPackageArchive } from "../packages/build-package-archive.ts";
import { packagePath } from "../packages/package-store.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createTestServices } from "../testing/test-services.ts";

const script = fileURLToPath(new URL("testing/work-until-killed.ts", import.meta.url));
const kills = 12;
const archivesMax = 80;

async function buildArchive(folder: string, name: string): Promise<string> {
  const source = join(folder, name);
  await mkdir(join(source, "files"), { recursive: true });
  const manifest = {
    ...{ schema: 1, name, version: "1", platforms: ["linux-x64", "linux-arm64"] },
    start: { command: ["./run"] },
  };
  await writeFile(join(source, "manifest.json"), JSON.stringify(manifest));
  await writeFile(join(source, "files/run"), randomBytes(60_000));
  await chmod(join(source, "files/run"), 0o755);
  return (await buildPackageArchive(source, source)).path;
}

function work({ env }: Services, args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", script, ...args], {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "test", IFRIT_LOG_LEVEL: "silent" },
      ...{ DATABASE_URL: env.DATABASE_URL, REDIS_URL: env.REDIS_URL },
      ...{ IFRIT_SECRET: env.IFRIT_SECRET, IFRIT_DATA_DIR: env.IFRIT_DATA_DIR },
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** What there is of each agent: all of a package, and all of a release, or nothing of it. */
async function halves({ db, env }: Services): Promise<string[]> {
  const found: string[] = [];
  const audited = await db.select().from(auditLog);
  const isAudited = (action: string, subjectId: string) =>
    audited.filter((row) => row.action === action && row.subjectId === subjectId).length === 1;
  const rows = await db.select().from(packages);
  for (const { agentName, platform, sha256 } of rows) {
    const path = packagePath(env.IFRIT_DATA_DIR, sha256);
    const isWhole =
      existsSync(path) && createHash("sha256").update(readFileSync(path)).digest("hex") === sha256;
    if (!isWhole) found.push(`${agentName} ${platform} has no archive`);
    if (rows.filter((row) => row.agentName === agentName).length !== 2)
      found.push(`${agentName} is there for one platform only`);
    if (!isAudited("package.uploaded", `${agentName}@1`))
      found.push(`${agentName} has no audit row`);
  }
  const entries = await db.select().from(desiredEntries);
  const events = await db.select().from(releaseEvents);
  const clusters = await db.select().from(releaseClusters);
  const all = await db.select().from(releases);
  for (const { id, agentName, state } of all) {
    const own = <T extends { releaseId: number }>(of: T[]) =>
      of.filter((one) => one.releaseId === id);
    const is = [state, own(entries).length, own(clusters)[0]?.state, own(events).length];
    if (JSON.stringify(is) !== JSON.stringify(["running", 1, "full", 4]))
      found.push(`release ${id} of ${agentName}: ${is.join(", ")}`);
    if (!isAudited("release.created", String(id))) found.push(`release ${id} has no audit row`);
    if (!rows.some((row) => row.agentName === agentName))
      found.push(`release ${id} has no package`);
  }
  const ids = new Set(all.map(({ id }) => id));
  if ([...entries, ...events, ...clusters].some(({ releaseId }) => !ids.has(releaseId)))
    found.push("there is something of a release that is not there");
  const actions = ["package.uploaded", "release.created"].map(
    (action) => audited.filter((row) => row.action === action).length,
  );
  if (JSON.stringify(actions) !== JSON.stringify([rows.length / 2, all.length]))
    found.push(`audited: ${actions.join(", ")}, there: ${rows.length / 2}, ${all.length}`);
  return found;
}

test("fault 46: killed in the middle of an upload or a release, nothing is half there, and the same works again", async () => {
  const services = await createTestServices();
  const { id: clusterId } = await createCluster(services);
  const archives: string[] = [];
  for (let index = 0; index < archivesMax; index += 1) {
    const name = `agent-${index}`;
    archives.push(`${name}=${await buildArchive(services.env.IFRIT_DATA_DIR, name)}`);
  }
  let done = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = work(services, [clusterId, ...archives.slice(done)]);
    const ended = once(child, "exit");
    await once(child.stdout!, "data");
    // From the first moments to some packages later.
    await delay(20 + kill * 23);
    child.kill("SIGKILL");
    await ended;
    expect(await halves(services)).toEqual([]);
    done = await services.db.$count(releases);
  }
  // Somewhere in between, or this showed nothing.
  expect(done).toBeGreaterThan(3);
  expect(done).toBeLessThan(archivesMax);
  const [code] = await once(work(services, [clusterId, ...archives.slice(done, done + 2)]), "exit");
  expect(code).toBe(0);
  expect(await services.db.$count(releases)).toBe(done + 2);
  expect(await halves(services)).toEqual([]);
}, 120_000);
