import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import { systemContext } from "../platform/request-context.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createPackage } from "../testing/create-package.ts";
import { createPackageSignature } from "../testing/create-package-signature.ts";
import { createTestServices } from "../testing/test-services.ts";
import { createRelease } from "./create-release.ts";
import { previewRelease } from "./preview-release.ts";

const ctx = systemContext("tester", "test");

async function openPlan({ signs }: { signs: boolean }) {
  const services = await createTestServices();
  const trust = signs ? await serveDevelopmentTrust(services.env, Date.now()) : null;
  const { id: clusterId } = await createCluster(services);
  await createMachine(services, clusterId);
  const pkg = await createPackage(services, { agentName: "log-agent" });
  const plan = ReleasePlan.parse({
    ...{ agentName: "log-agent", version: "1.0.0", machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
  });
  return { services, trust, pkg, plan };
}

test("a version that nobody has signed is released nowhere where packages must be signed", async () => {
  const { services, trust, pkg, plan } = await openPlan({ signs: true });
  const unsigned = { code: "invalid_request", issues: [{ path: "version", code: "notSigned" }] };
  await expect(previewRelease(services, plan)).rejects.toMatchObject(unsigned);
  await expect(createRelease(services, ctx, { plan })).rejects.toMatchObject(unsigned);
  await createPackageSignature(services, pkg, trust!.release);
  await previewRelease(services, plan);
  const statement = (await services.db.select().from(packageSignatures))[0]!;
  await services.db
    .update(packageSignatures)
    .set({ envelope: statement.envelope.replace('"sig":"', '"sig":"AAAA') })
    .where(eq(packageSignatures.sha256, pkg.sha256));
  await expect(createRelease(services, ctx, { plan })).rejects.toMatchObject({
    issues: [{ code: "signatureRefused", values: { refusal: "signature_invalid" } }],
  });
  // Taking an agent away installs nothing.
  await previewRelease(services, { ...plan, version: null });
});

test("without a root anything is released, as before", async () => {
  const { services, plan } = await openPlan({ signs: false });
  expect((await createRelease(services, ctx, { plan })).id).toBeGreaterThan(0);
});
