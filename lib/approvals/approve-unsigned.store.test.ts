import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ReleasePlan } from "../contract/release-plan.ts";
import { systemContext } from "../platform/request-context.ts";
import { createRelease } from "../releases/create-release.ts";
import { loadRelease } from "../releases/release-rows.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createPackageSignature } from "../testing/create-package-signature.ts";
import { createTestServices } from "../testing/test-services.ts";
import { decideRelease } from "./decide-release.ts";

test("a release whose packages need signatures by now is not approved without them", async () => {
  const services = await createTestServices();
  services.env.IFRIT_CONFIG = join(services.env.IFRIT_DATA_DIR, "ifrit.config.yaml");
  writeFileSync(services.env.IFRIT_CONFIG, "approval: { ifritAgent: true }");
  const { id: clusterId } = await createCluster(services);
  await createMachine(services, clusterId);
  const pkg = await createPackage(services, { agentName: "ifrit-agent" });
  const plan = ReleasePlan.parse({
    ...{ agentName: "ifrit-agent", version: "1.0.0", machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
  });
  const actor = (name: string) => ({
    actor: { kind: "user" as const, name, userId: 1, role: "administrator" as const },
    ...{ requestId: "r", source: "test" },
  });
  const { id: releaseId } = await createRelease(services, actor("ada"), { plan });
  const stateOf = async () => (await loadRelease(services.db, releaseId)).row.state;
  expect(await stateOf()).toBe("waitingForApproval");

  const trust = await serveDevelopmentTrust(services.env, Date.now());
  await expect
    .poll(() => readOwnTrust(services), { timeout: 5_000 })
    .toHaveProperty("root.document");
  const decision = { releaseId, decision: "approve" as const, remark: "looked at it" };
  await expect(decideRelease(services, actor("eve"), decision)).rejects.toMatchObject({
    ...{ code: "invalid_request", issues: [{ code: "notSigned" }] },
  });
  expect(await stateOf()).toBe("waitingForApproval");
  await createPackageSignature(services, pkg, trust!.release);
  await decideRelease(services, actor("eve"), decision);
  expect(await stateOf()).toBe("running");
  await expect(
    decideRelease(services, systemContext("x", "test"), { ...decision, releaseId: 999_999 }),
  ).rejects.toMatchObject({ code: "not_found" });
});
