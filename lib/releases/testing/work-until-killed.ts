import { createReadStream } from "node:fs";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { uploadPackage } from "../../packages/upload-package.ts";
import { parseEnv } from "../../platform/env.ts";
import { systemContext } from "../../platform/request-context.ts";
import { closeServices, openServices } from "../../platform/services.ts";
import { createRelease } from "../create-release.ts";

/*
 * A process that uploads the archives that its arguments name, one after the other, and releases each
 * at once, until it is killed: node … <clusterId> <agent>=<archive> … Says "begun" when it begins.
 */

const [clusterId, ...archives] = process.argv.slice(2);
const services = openServices(parseEnv(process.env));
const ctx = systemContext("killed", "test");
process.stdout.write("begun\n");
for (const archive of archives) {
  const [agentName, path] = archive.split("=") as [string, string];
  await uploadPackage(services, ctx, { body: createReadStream(path, { highWaterMark: 4_096 }) });
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "1", machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
  });
  await createRelease(services, ctx, { plan });
}
await closeServices(services);
