import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setProcessWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust, trustFolder } from "../signing/own-trust.ts";
import { createTrust } from "../signing/testing/create-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createTestServices } from "../testing/test-services.ts";
import { createMaster } from "./master.ts";
import { refreshCluster } from "./refresh-cluster.ts";
import { watchTrust } from "./watch-trust.ts";

const dayMs = 86_400_000;

/** A master under a root that names another director than its own, with its log written down. */
async function openWatched() {
  setProcessWide("trust-said", undefined);
  const { root } = await createTrust();
  const clock = { nowMs: root.document.expiresAtMs - 40 * dayMs };
  const services = await createTestServices({ now: () => clock.nowMs });
  const said: string[] = [];
  const write = (level: string) => (fields: Record<string, unknown>, message: string) => {
    if (message.startsWith("signing: ")) said.push(`${level} ${fields.standing ?? ""} ${message}`);
  };
  const log = { info() {}, warn: write("warn"), error: write("error") };
  const watched = { ...services, log: log as unknown as Services["log"] };
  await mkdir(trustFolder(services.env), { recursive: true });
  await writeFile(join(trustFolder(services.env), "1.root.json"), root.text);
  await readOwnTrust(watched, { newest: true });
  const { id } = await createCluster(services);
  const master = createMaster(watched);
  master.localClusters = [id];
  const look = async (daysBeforeItsEnd: number) => {
    clock.nowMs = root.document.expiresAtMs - daysBeforeItsEnd * dayMs;
    await watchTrust(master);
    return said.splice(0);
  };
  return { master, id, look };
}

test("fault 29: a root that draws to its end is told of at 30, 14 and 7 days, and at the end, ever louder", async () => {
  const { look } = await openWatched();
  expect(await look(40)).toEqual([]);
  for (const [days, level] of [
    [30, "warn"],
    [14, "warn"],
    [7, "error"],
    [0, "error"],
  ] as const) {
    expect(await look(days), `${days} days`).toMatchObject([expect.stringMatching(`^${level} `)]);
    expect(await look(days), "not again at once").toEqual([]);
  }
  expect(await look(-0.05)).toMatchObject([expect.stringContaining("no machine changes")]);
});

test("a master whose key the root does not name says so, and hands out no signature", async () => {
  const { master, id, look } = await openWatched();
  await refreshCluster(master, id);
  expect(master.desired.get(id)!.newsHeaders).toEqual(["ifrit-root", "1"]);
  expect(await look(40)).toMatchObject([expect.stringMatching(/^error keyNotNamed /)]);
  expect(await look(40)).toEqual([]);
});
