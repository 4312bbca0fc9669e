import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createEnrollmentToken } from "../../../lib/machines/create-enrollment-token.ts";
import { handleRequest } from "../../../lib/master/handle-request.ts";
import { startMaster } from "../../../lib/master/start-master.ts";
import type { Env } from "../../../lib/platform/env.ts";
import { systemContext } from "../../../lib/platform/request-context.ts";
import { createCluster } from "../../../lib/testing/create-cluster.ts";
import { createTestServices } from "../../../lib/testing/test-services.ts";

/** A master on real stores, listening on loopback, with one cluster and a token that enrolls a fleet. */
export async function openMaster(
  options: {
    env?: Partial<Env>;
    now?: () => number;
    /** Sees every request first. */
    before?: RequestListener;
  } = {},
) {
  const services = await createTestServices({ env: options.env, now: options.now });
  const cluster = await createCluster(services);
  const { master, stop } = await startMaster(services);
  const context = { services, master, app: null, connections: () => 0 };
  const server = createServer((req, res) => {
    options.before?.(req, res);
    handleRequest(context, req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { token } = await createEnrollmentToken(services, systemContext("test", "test"), {
    ...{ clusterId: cluster.id, label: "fleet", uses: 100_000, ttlSeconds: 3_600 },
  });
  return {
    services,
    cluster,
    master,
    masterUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    enrollmentToken: token,
    async close() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
      await stop();
    },
  };
}
