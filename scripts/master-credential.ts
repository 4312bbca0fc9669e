import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { migrateDatabase } from "../drizzle/migrate.ts";
import { createCluster } from "../lib/clusters/create-cluster.ts";
import { createMasterCredential } from "../lib/clusters/create-master-credential.ts";
import { findClusters } from "../lib/clusters/find-clusters.ts";
import { ClusterId } from "../lib/contract/names.ts";
import { systemContext } from "../lib/platform/request-context.ts";
import { closeServices, type Services } from "../lib/platform/services.ts";
import { runMain } from "./run-main.ts";
import { say, sayError } from "./say.ts";
import { readInstance } from "./up/instance.ts";
import { openInstanceServices } from "./up/open-instance-services.ts";
import { UserError } from "./user-error.ts";

const usage = "npm run master-credential -- --cluster b [--name 'Cluster B'] [--out file]";

/**
 * On a deployment with IFRIT_ROLE=master: makes the secret by which a manage may give orders to one of
 * its clusters, and the cluster itself when it is not there yet.
 */
runMain(async () => {
  const { cluster, name, out } = readOptions(process.argv.slice(2));
  const services = openInstanceServices(readInstance(process.env), process.env);
  try {
    await migrateDatabase(services.pool);
    const ctx = systemContext("master-credential", "cli");
    await ensureCluster(services, cluster, name ?? cluster);
    const { credential } = await createMasterCredential(services, ctx, cluster);
    hand(credential, cluster, out);
  } finally {
    await closeServices(services);
  }
  return 0;
});

function readOptions(args: string[]): { cluster: string; name?: string; out?: string } {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ args, options: { cluster: text, name: text, out: text } });
    return { ...values, cluster: ClusterId.parse(values.cluster) };
  } catch (cause) {
    throw new UserError("Which cluster is it for?", usage, { cause });
  }
}

async function ensureCluster(services: Services, id: string, name: string): Promise<void> {
  if ((await findClusters(services.db, [id])).has(id)) return;
  await createCluster(services, systemContext("master-credential", "cli"), { id, name });
  sayError(`✓ cluster ${id} is new here`);
}

/** Shown once: only its hash is kept. */
function hand(credential: string, cluster: string, out: string | undefined): void {
  if (out === undefined) say(credential);
  else writeFileSync(out, `${credential}\n`, { mode: 0o600, flag: "wx" });
  sayError(
    `✓ credential for cluster ${cluster}${out === undefined ? "" : ` in ${out}`}. Add the cluster on the manage side with it (POST /api/v1/clusters); this deployment has to run with IFRIT_ROLE=master.`,
  );
}
