import { join } from "node:path";
import { createEnrollmentToken } from "../../lib/machines/create-enrollment-token.ts";
import type { RequestContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { readStateFile, writeStateFile } from "../simulate/command/state-file.ts";
import { type Fleet, simulateFleet } from "../simulate/simulate-fleet.ts";
import { type Instance, instanceUrl } from "../up/instance.ts";
import type { KeptAlive } from "../up/keep-alive.ts";
import { type DemoCluster, demoBehaviours } from "./demo-fleet.ts";

const saveEveryMs = 60_000;

/** Plays a cluster's machines in this process: the same ones as in the demo's last run. */
export async function startFleet(
  services: Services,
  ctx: RequestContext,
  instance: Instance,
  { id, machines }: DemoCluster,
): Promise<{ fleet: Fleet; kept: KeptAlive }> {
  const file = join(instance.dataDir, `fleet-${id}.json`);
  const memory = readStateFile(file);
  const { token } = await createEnrollmentToken(services, ctx, {
    ...{ clusterId: id, label: "npm run demo", uses: machines, ttlSeconds: 24 * 3600 },
  });
  const fleet = simulateFleet({
    ...{ masterUrl: instanceUrl(instance), enrollmentToken: token, clusterId: id, machines },
    ...{ behaviours: demoBehaviours, name: `${id}-node`, spreadMs: 2_000 },
    ...(memory ? { memory } : {}),
  });
  const save = () => writeStateFile(file, fleet.remember());
  save();
  const saving = setInterval(save, saveEveryMs);
  const stop = async () => {
    clearInterval(saving);
    save();
    await fleet.stop();
  };
  return { fleet, kept: { name: `simulated machines of ${id}`, stop } };
}
