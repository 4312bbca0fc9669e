import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { listFreezes } from "../../lib/change-control/list-freezes.ts";
import { listMasterCredentials } from "../../lib/clusters/list-master-credentials.ts";
import type { Services } from "../../lib/platform/services.ts";
import { createTestServices } from "../../lib/testing/test-services.ts";
import { repoRoot } from "../repo-root.ts";

const run = promisify(execFile);
let services: Services;
beforeAll(async () => {
  services = await createTestServices({ env: { IFRIT_ROLE: "master" } });
});

/** The command as people run it, on a master's own stores. */
async function master(...args: string[]): Promise<string> {
  const { DATABASE_URL, REDIS_URL, IFRIT_SECRET, IFRIT_DATA_DIR } = services.env;
  const env = { PATH: process.env.PATH, DATABASE_URL, REDIS_URL, IFRIT_SECRET, IFRIT_DATA_DIR };
  const command = ["--import", "tsx", "scripts/master.ts", ...args];
  const { stdout } = await run(process.execPath, command, { cwd: repoRoot, env: env as never });
  return stdout.trim();
}

test("credentials are made with their cluster, listed without their secret, and revoked", async () => {
  const secret = await master(
    ...["credential", "create", "--cluster", "b", "--name", "B", "--scope", "read", "--days", "2"],
  );
  expect(secret).toMatch(/^ifm1_\S{40,}$/);
  const [made] = await listMasterCredentials(services, "b");
  expect(made).toMatchObject({ scope: "read", revokedAtMs: null });
  const listed = await master("credential", "list", "--cluster", "b");
  expect(listed).toContain("read");
  expect(listed).not.toContain(secret);
  await master("credential", "revoke", "--cluster", "b", "--id", String(made!.id));
  expect((await listMasterCredentials(services, "b"))[0]?.revokedAtMs).toBeGreaterThan(0);
}, 60_000);

test("a freeze is ordered, seen and lifted by its key", async () => {
  const key = await master("freeze", "--cluster", "b", "--reason", "a cable is cut");
  expect(await listFreezes(services)).toMatchObject([{ orderKey: key, origin: "local" }]);
  expect(await master("freezes")).toContain("a cable is cut");
  await master("lift-freeze", key);
  expect(await listFreezes(services)).toEqual([]);
}, 60_000);

test("what is no command changes nothing and shows how it is done", async () => {
  for (const args of [["melt"], ["freeze"], ["credential", "create"], ["lift-freeze", "no-key"]])
    await expect(master(...args)).rejects.toMatchObject({
      stderr: expect.stringContaining("npm run master --"),
    });
}, 60_000);
