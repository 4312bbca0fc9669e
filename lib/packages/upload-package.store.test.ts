import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { buildPackageArchive } from "./build-package-archive.ts";
import { deletePackage } from "./delete-package.ts";
import { incomingFolder, packagePath } from "./package-store.ts";
import { sweepPackages } from "./sweep-packages.ts";
import { uploadPackage } from "./upload-package.ts";

const ctx = systemContext("tester", "test");
let services: Services;
let folder: string;
beforeAll(async () => {
  services = await createTestServices();
  folder = await mkdtemp(join(tmpdir(), "ifrit-upload-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function buildArchive(name: string, version: string, payloadBytes = 100): Promise<Buffer> {
  const source = join(folder, `${name}-${version}-${payloadBytes}`);
  await mkdir(join(source, "files"), { recursive: true });
  await writeFile(
    join(source, "manifest.json"),
    JSON.stringify({
      ...{ schema: 1, name, version, description: `of ${version}` },
      ...{ platforms: ["linux-x64", "linux-arm64"], start: { command: ["./run"] } },
    }),
  );
  await writeFile(join(source, "files/run"), randomBytes(payloadBytes));
  await chmod(join(source, "files/run"), 0o755);
  return readFileSync((await buildPackageArchive(source, source)).path);
}

const upload = (bytes: Buffer, expectedSha256?: string) =>
  uploadPackage(services, ctx, { body: Readable.from([bytes]), expectedSha256 });
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const incoming = () => readdirSync(incomingFolder(services.env.IFRIT_DATA_DIR));
const auditRows = async () => (await services.db.select().from(auditLog)).length;

test("an upload becomes a file named by its digest, a row per platform and one audit row", async () => {
  const bytes = await buildArchive("alpha", "1.0.0");
  const before = await auditRows();
  const uploaded = await upload(bytes, sha256(bytes));
  expect(uploaded.existed).toBe(false);
  expect(uploaded.packages.map((one) => [one.platform, one.sha256, one.manifest.name])).toEqual([
    ["linux-arm64", sha256(bytes), "alpha"],
    ["linux-x64", sha256(bytes), "alpha"],
  ]);
  expect(readFileSync(packagePath(services.env.IFRIT_DATA_DIR, sha256(bytes)))).toEqual(bytes);
  expect(incoming()).toEqual([]);
  expect(await auditRows()).toBe(before + 1);
});

test("the same bytes again change nothing", async () => {
  const bytes = await buildArchive("beta", "1.0.0");
  await upload(bytes);
  const before = await auditRows();
  const again = await upload(bytes);
  expect(again.existed).toBe(true);
  expect(again.packages).toHaveLength(2);
  expect(await auditRows()).toBe(before);
});

test("the same version with other bytes is refused, and the first stays", async () => {
  const first = await buildArchive("gamma", "1.0.0", 100);
  const second = await buildArchive("gamma", "1.0.0", 101);
  await upload(first);
  const before = await auditRows();
  await expect(upload(second)).rejects.toMatchObject({ code: "version_exists" });
  expect(existsSync(packagePath(services.env.IFRIT_DATA_DIR, sha256(second)))).toBe(false);
  expect(incoming()).toEqual([]);
  expect(await auditRows()).toBe(before);
});

test("two uploads of one version at the same moment: one wins whole", async () => {
  const [one, two] = [await buildArchive("delta", "1", 100), await buildArchive("delta", "1", 101)];
  const results = await Promise.allSettled([upload(one), upload(two)]);
  expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  const rows = (await services.db.select().from(packages)).filter((r) => r.agentName === "delta");
  expect(new Set(rows.map((row) => row.sha256)).size).toBe(1);
  expect(rows).toHaveLength(2);
});

test("a digest that does not match is refused", async () => {
  const bytes = await buildArchive("epsilon", "1");
  await expect(upload(bytes, "0".repeat(64))).rejects.toMatchObject({ code: "digest_mismatch" });
  expect(incoming()).toEqual([]);
});

test("an upload that breaks off leaves nothing", async () => {
  const bytes = await buildArchive("zeta", "1");
  async function* broken() {
    yield bytes.subarray(0, 50);
    throw new Error("aborted");
  }
  await expect(uploadPackage(services, ctx, { body: broken() })).rejects.toMatchObject({
    code: "invalid_request",
  });
  expect(incoming()).toEqual([]);
});

test("what is not a package is refused with the place", async () => {
  await expect(upload(Buffer.from("not a package"))).rejects.toMatchObject({
    code: "package_invalid",
    issues: [{ path: "" }],
  });
});

test("someone without the permission changes nothing", async () => {
  const before = await auditRows();
  const viewer = {
    ...ctx,
    actor: { kind: "user" as const, name: "vera", userId: 1, role: "viewer" as const },
  };
  const bytes = await buildArchive("eta", "1");
  const attempt = uploadPackage(services, viewer, { body: Readable.from([bytes]) });
  await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
  expect(incoming()).toEqual([]);
  expect(await auditRows()).toBe(before);
});

test.each([9, 11, 60])(
  "%i MB over HTTP arrive byte for byte",
  async (megabytes) => {
    const bytes = await buildArchive(`size-${megabytes}`, "1.0.0", megabytes * 1_000_000);
    const server = createServer(async (req, res) => {
      const result = await uploadPackage(services, ctx, { body: req });
      res.end(JSON.stringify(result));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      body: new Uint8Array(bytes),
    });
    expect(response.status).toBe(200);
    server.close();
    const stored = readFileSync(packagePath(services.env.IFRIT_DATA_DIR, sha256(bytes)));
    expect(stored.equals(bytes)).toBe(true);
  },
  60_000,
);

test("the sweep takes broken-off uploads and unnamed archives, and nothing else", async () => {
  const bytes = await buildArchive("theta", "1");
  await upload(bytes);
  const { IFRIT_DATA_DIR: dataDir } = services.env;
  const orphan = packagePath(dataDir, "f".repeat(64));
  const part = join(incomingFolder(dataDir), "old.part");
  const fresh = join(incomingFolder(dataDir), "fresh.part");
  for (const path of [orphan, part, fresh]) await writeFile(path, "x");
  const named = packagePath(dataDir, sha256(bytes));
  for (const path of [orphan, part, named]) utimesSync(path, 1, 1);
  expect(await sweepPackages(services)).toBe(2);
  expect([orphan, part, fresh, named].map((path) => existsSync(path))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("fault 56: a package that something still asks for is not deleted; any other is, with its file", async () => {
  const bytes = await buildArchive("iota", "1");
  const { packages: rows } = await upload(bytes);
  const cluster = await createCluster(services);
  await services.db.insert(desiredEntries).values({
    ...{ releaseId: 7, clusterId: cluster.id, machineType: "LINUX", agentName: "iota" },
    ...{ scope: "default", version: "1", timestampMs: 1 },
  });
  await expect(deletePackage(services, ctx, rows[0]!.id)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("release 7"),
  });
  await services.db.delete(desiredEntries);
  // Nobody asks for it any more, but a machine still runs it, and another is on its way to it.
  for (const has of [{ version: "1" }, { version: "0", targetVersion: "1" }]) {
    const { id: machineId } = await createMachine(services, cluster.id);
    await services.db.insert(machineAgentStates).values({
      ...{ machineId, agentName: "iota", clusterId: cluster.id, machineType: "LINUX", slot: 0 },
      ...{ phase: "running", ...has, reportedAtMs: 1, changedAtMs: 1 },
    });
    await expect(deletePackage(services, ctx, rows[0]!.id)).rejects.toMatchObject({
      ...{ code: "conflict", message: expect.stringContaining(machineId) },
    });
    await services.db.delete(machineAgentStates);
  }
  const path = packagePath(services.env.IFRIT_DATA_DIR, sha256(bytes));
  await deletePackage(services, ctx, rows[0]!.id);
  expect(existsSync(path)).toBe(true);
  await deletePackage(services, ctx, rows[1]!.id);
  expect(existsSync(path)).toBe(false);
  await expect(deletePackage(services, ctx, rows[1]!.id)).rejects.toMatchObject({
    code: "not_found",
  });
});
