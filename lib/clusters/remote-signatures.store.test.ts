import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import { createRelease } from "../releases/create-release.ts";
import { releaseDetail } from "../releases/release-detail.ts";
import { describeTrust } from "../signing/describe-trust.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { killServer, killServers } from "../testing/launch-server.ts";
import { openTwoDeployments, type TwoDeployments, vera } from "./testing/two-deployments.ts";

afterEach(killServers);

/** One root for both; the director key that it names is the remote master's own. */
async function trustBoth(world: TwoDeployments): Promise<void> {
  await serveDevelopmentTrust(world.manage.env, Date.now());
  await readOwnTrust(world.manage, { newest: true });
  const [from, to] = [world.manage, world.master].map(({ env }) =>
    join(env.IFRIT_DATA_DIR, "trust"),
  );
  await mkdir(to!, { recursive: true });
  for (const part of ["roots", "director.pem"])
    await cp(join(from!, part), join(to!, part), { recursive: true });
  await killServer(world.server);
  world.server = await world.start();
}

test("signatures follow their packages to a remote master, before it takes an order for them", async () => {
  const world = await openTwoDeployments();
  await trustBoth(world);
  await world.upload("1.0.0");
  const stored = () => world.master.db.select().from(packageSignatures);
  expect(await stored()).toEqual([]);
  const { id } = await createRelease(world.manage, vera, { plan: world.plan("1.0.0", ["b"]) });
  await world.until(
    async () => (await releaseDetail(world.manage, id)).state,
    (state) => state === "completed",
  );
  const [own] = await world.manage.db.select().from(packageSignatures);
  expect(await stored()).toMatchObject([{ sha256: own!.sha256, envelope: own!.envelope }]);
  const told = await world.until(
    async () => (await describeTrust(world.manage)).clusters.find((one) => one.clusterId === "b"),
    (cluster) => cluster?.signing === "signs",
  );
  expect(told).toMatchObject({ rootVersion: 1, machines: { total: 3, checking: 0 } });
}, 180_000);
