import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import { createCluster } from "./create-cluster.ts";
import { createMachine } from "./create-machine.ts";
import { createPackage } from "./create-package.ts";
import { createReleaseRow } from "./create-release-row.ts";
import { createTestServices } from "./test-services.ts";

test("createTestServices() gives each caller a database and a Redis database of its own", async () => {
  const first = await createTestServices();
  const second = await createTestServices();
  await createCluster(first, { id: "one" });
  expect(await second.db.select().from(clusters)).toEqual([]);
  await first.redis.set("key", "value");
  expect(await second.redis.get("key")).toBeNull();
});

test("the factories' rows come back from the database as they were given", async () => {
  const services = await createTestServices({ now: () => 1_700_000_000_000 });
  const cluster = await createCluster(services);
  const machine = await createMachine(services, cluster.id);
  const pkg = await createPackage(services);
  const { agentName, version } = pkg;
  const release = await createReleaseRow(services, { clusterId: cluster.id, agentName, version });
  expect(await services.db.select().from(clusters)).toEqual([cluster]);
  expect(await services.db.select().from(machines)).toEqual([machine]);
  expect(await services.db.select().from(packages)).toEqual([pkg]);
  expect(await services.db.select().from(releases)).toEqual([release]);
});

test("ids that differ in case only are different ids", async () => {
  const services = await createTestServices();
  const cluster = await createCluster(services);
  await createMachine(services, cluster.id, { id: "abc" });
  await createMachine(services, cluster.id, { id: "ABC" });
  const found = await services.db.select().from(machines).where(eq(machines.id, "ABC"));
  expect(found.map((machine) => machine.id)).toEqual(["ABC"]);
});
