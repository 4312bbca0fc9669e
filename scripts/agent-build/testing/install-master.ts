import { createReadStream } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { machines } from "../../../drizzle/schema/machines.ts";
import type { MachineType } from "../../../lib/contract/machine-type.ts";
import { ReleasePlan } from "../../../lib/contract/release-plan.ts";
import { createEnrollmentToken } from "../../../lib/machines/create-enrollment-token.ts";
import { buildPackageArchive } from "../../../lib/packages/build-package-archive.ts";
import { uploadPackage } from "../../../lib/packages/upload-package.ts";
import { systemContext } from "../../../lib/platform/request-context.ts";
import type { Services } from "../../../lib/platform/services.ts";
import { createRelease } from "../../../lib/releases/create-release.ts";
import { createCluster } from "../../../lib/testing/create-cluster.ts";
import { freePort } from "../../../lib/testing/free-port.ts";
import { launchServer } from "../../../lib/testing/launch-server.ts";
import { createTestServices } from "../../../lib/testing/test-services.ts";
import { repoRoot } from "../../repo-root.ts";
import { builtArchives } from "./built-archives.ts";

export type InstallMaster = {
  services: Services;
  url: string;
  port: number;
  clusterId: string;
  /** A token for as many machines as one likes. */
  token: string;
  /** null: it has not come. */
  machine: (id: string) => Promise<typeof machines.$inferSelect | null>;
};

/** A real master, in a process of its own, that serves the built archives. killServers ends it. */
export async function startInstallMaster(agentFolder?: string): Promise<InstallMaster> {
  const services = await createTestServices();
  const { id: clusterId } = await createCluster(services);
  const ctx = systemContext("test", "test");
  const asked = { clusterId, label: "test", uses: null, ttlSeconds: 3600 };
  const { token } = await createEnrollmentToken(services, ctx, asked);
  const port = await freePort();
  const { url } = await launchServer(services, {
    IFRIT_ROLE: "master",
    IFRIT_AGENT_DIR: agentFolder ?? builtArchives().folder,
    PORT: String(port),
  });
  const machine = async (id: string) => {
    const [row] = await services.db.select().from(machines).where(eq(machines.id, id));
    return row ?? null;
  };
  return { services, url, port, clusterId, token, machine };
}

/** Asks again until there is an answer that counts. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | false | undefined>,
  msMax = 40_000,
): Promise<T> {
  const deadline = Date.now() + msMax;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${msMax / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Releases the sample agent to all machines of a type, as npm run up does. */
export async function releaseSample(
  { services, clusterId }: InstallMaster,
  machineType: MachineType,
): Promise<void> {
  const ctx = systemContext("test", "test");
  const out = join(services.env.IFRIT_DATA_DIR, "samples");
  const built = await buildPackageArchive(join(repoRoot, "samples/hello-agent"), out);
  await uploadPackage(services, ctx, { body: createReadStream(built.path) });
  const stages = [{ kind: "full", gate: {} }];
  const plan = ReleasePlan.parse({
    ...{ agentName: built.manifest.name, version: built.manifest.version, note: "test" },
    ...{
      machineTypes: [machineType],
      clusters: [{ clusterId, stages, verification: "automatic" }],
    },
  });
  await createRelease(services, ctx, { plan });
}
