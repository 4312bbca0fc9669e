import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { releases } from "../../drizzle/schema/releases.ts";
import type { MachineType } from "../../lib/contract/machine-type.ts";
import { ReleasePlan } from "../../lib/contract/release-plan.ts";
import { buildPackageArchive } from "../../lib/packages/build-package-archive.ts";
import { uploadPackage } from "../../lib/packages/upload-package.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { createRelease } from "../../lib/releases/create-release.ts";
import { repoRoot } from "../repo-root.ts";
import { defaultClusterId } from "./default-cluster.ts";
import { findManagedProcesses } from "./stop-managed-agents.ts";

const sampleName = "hello-agent";
const sampleFolder = join(repoRoot, "samples", sampleName);

/** Releases the sample agent to the default cluster, the first time only. */
export async function releaseSample(
  services: Services,
  machineType: MachineType,
): Promise<"released" | "was released before"> {
  const [before] = await services.db
    .select({ id: releases.id })
    .from(releases)
    .where(eq(releases.agentName, sampleName))
    .limit(1);
  if (before || !existsSync(sampleFolder)) return "was released before";
  const ctx = systemContext("setup", "setup");
  const out = join(services.env.IFRIT_DATA_DIR, "samples");
  const { path, manifest } = await buildPackageArchive(sampleFolder, out);
  await uploadPackage(services, ctx, { body: createReadStream(path) });
  const plan = ReleasePlan.parse({
    agentName: sampleName,
    version: manifest.version,
    machineTypes: [machineType],
    clusters: [
      {
        clusterId: defaultClusterId,
        stages: [{ kind: "full", gate: {} }],
        verification: "automatic",
      },
    ],
    note: "The sample agent, released by npm run up",
  });
  await createRelease(services, ctx, { plan });
  return "released";
}

const patienceMs = 30_000;

/** A person who opens the browser should find it running; if it is slow, they will see it come. */
export async function waitForSample(agentRoot: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  const runs = () =>
    findManagedProcesses(agentRoot).some(({ agentName }) => agentName === sampleName);
  while (!runs() && Date.now() < deadline) await sleep(200);
}
