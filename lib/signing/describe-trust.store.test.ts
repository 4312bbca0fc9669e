import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { machines } from "../../drizzle/schema/machines.ts";
import { TrustView } from "../contract/trust-views.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { describeTrust } from "./describe-trust.ts";
import { makeDevelopmentTrust } from "./make-development-trust.ts";
import { readOwnTrust } from "./own-trust.ts";

test("describeTrust() says that nothing is signed, then who may, and who does not believe it", async () => {
  const services = await createTestServices();
  const { id } = await createCluster(services);
  const before = TrustView.parse(await describeTrust(services));
  expect(before).toMatchObject({ root: null, rootProblem: null });
  expect(before.clusters).toMatchObject([{ clusterId: id, signing: "off", rootVersion: null }]);
  const { folder, director } = await makeDevelopmentTrust(services.env.IFRIT_DATA_DIR, Date.now());
  await mkdir(before.folder, { recursive: true });
  await copyFile(join(folder, "1.root.json"), join(before.folder, "1.root.json"));
  await readOwnTrust(services, { newest: true });
  const refusing = await createMachine(services, id);
  await createMachine(services, id);
  await services.db
    .update(machines)
    .set({ trustRootVersion: 1, trustProblem: "freshness freeze", trustSequence: 5 })
    .where(eq(machines.id, refusing.id));
  const view = TrustView.parse(await describeTrust(services));
  expect(view).toMatchObject({
    root: { version: 1, expiry: "good", development: true, roles: { release: { threshold: 1 } } },
    director: { keyId: director.keyId, name: "director" },
  });
  expect(view.clusters).toMatchObject([{ signing: "notYet", rootVersion: 1 }]);
  expect(view.clusters[0]!.machines).toEqual({
    ...{ total: 2, checking: 1, byRoot: [{ version: 1, machines: 1 }] },
    refusing: [{ what: "freshness", refusal: "freeze", machines: 1, example: refusing.id }],
  });
});

test("a root that does not follow from the one in use changes nothing, and the view says so", async () => {
  const services = await createTestServices();
  const { folder } = await makeDevelopmentTrust(services.env.IFRIT_DATA_DIR, Date.now());
  const roots = (await describeTrust(services)).folder;
  await mkdir(roots, { recursive: true });
  await copyFile(join(folder, "1.root.json"), join(roots, "1.root.json"));
  const { root } = await readOwnTrust(services, { newest: true });
  await writeFile(join(roots, "2.root.json"), "damaged");
  await readOwnTrust(services, { newest: true });
  const view = await describeTrust(services);
  expect(view.root?.fingerprint).toBe(root!.fingerprint);
  expect(view.rootProblem).toMatchObject({ code: "malformed", version: 2 });
});
