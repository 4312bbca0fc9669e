import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Services } from "../platform/services.ts";
import { makeDevelopmentTrust } from "../signing/make-development-trust.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createTestServices } from "../testing/test-services.ts";
import { agentFolder } from "./agent-folder.ts";
import { DownloadFolder } from "./download-folder.ts";
import { readInstallation } from "./read-installation.ts";

const origin = "http://console.example.com";
const index = {
  schema: 1,
  archives: [
    {
      ...{ platform: "linux-x64", version: "1.0.0", mode: "runtime", unpackedBytes: 9 },
      ...{ file: "a.tar.gz", sha256: "a".repeat(64), sizeBytes: 5 },
    },
  ],
  installers: [{ name: "agent.sh", sha256: "b".repeat(64), sizeBytes: 7 }],
};

let services: Services;
const closing: (() => void)[] = [];
beforeEach(async () => {
  services = await createTestServices();
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const read = (clusterId: string) =>
  readInstallation(
    services,
    new DownloadFolder(agentFolder(services.env), () => {}),
    clusterId,
    origin,
  );

async function remoteMaster(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("readInstallation() says that nothing was built here, then what was, with the root to pin", async () => {
  const { id } = await createCluster(services);
  expect(await read(id)).toMatchObject({ masterUrl: origin, missing: "notBuilt", archives: [] });
  await mkdir(agentFolder(services.env), { recursive: true });
  await writeFile(join(agentFolder(services.env), "agents.json"), JSON.stringify(index));
  expect(await read(id)).toMatchObject({
    ...{ masterUrl: origin, missing: null, rootFingerprint: null },
    archives: [{ platform: "linux-x64", sha256: "a".repeat(64) }],
    installers: [{ name: "agent.sh", sha256: "b".repeat(64) }],
  });
  const { rootText } = await makeDevelopmentTrust(services.env.IFRIT_DATA_DIR, Date.now());
  const roots = join(services.env.IFRIT_DATA_DIR, "trust", "roots");
  await mkdir(roots, { recursive: true });
  await writeFile(join(roots, "1.root.json"), `${rootText}\n`);
  await readOwnTrust(services, { newest: true });
  const { rootFingerprint } = await read(id);
  expect(rootFingerprint).toMatch(/^[0-9a-f]{64}$/);
  await writeFile(join(roots, "2.root.json"), "damaged");
  await readOwnTrust(services, { newest: true });
  expect((await read(id)).rootFingerprint).toBe(rootFingerprint);
});

test("readInstallation() asks the remote master of a cluster, and says when it does not answer", async () => {
  const offered = { ...index, rootFingerprint: "c".repeat(64) };
  const good = await remoteMaster((req, res) => {
    res.statusCode = req.url === "/install/agents.json" ? 200 : 500;
    res.end(JSON.stringify(offered));
  });
  const empty = await remoteMaster((_req, res) => res.writeHead(404).end("{}"));
  const broken = await remoteMaster((_req, res) => res.end('{"archives": "none"}'));
  const of = async (masterUrl: string) => read((await createCluster(services, { masterUrl })).id);
  expect(await of(good)).toMatchObject({
    ...{ masterUrl: good.slice(0, -1), missing: null, rootFingerprint: "c".repeat(64) },
    archives: [{ platform: "linux-x64" }],
  });
  expect((await of(empty)).missing).toBe("notBuilt");
  expect((await of(broken)).missing).toBe("unreachable");
  expect((await of("http://127.0.0.1:9/")).missing).toBe("unreachable");
});
