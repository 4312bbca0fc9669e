import { migrateDatabase } from "../../drizzle/migrate.ts";
import { type Env, EnvError, parseEnv } from "../../lib/platform/env.ts";
import { closeServices, openServices, type Services } from "../../lib/platform/services.ts";
import { buildServer, serverIsBuilt } from "../build/build-server.ts";
import { step } from "../progress.ts";
import { say } from "../say.ts";
import { UserError } from "../user-error.ts";
import { makeAgentHome } from "./agent-home.ts";
import { ensureDefaultCluster } from "./default-cluster.ts";
import { ensureEnrolled } from "./enroll-agent.ts";
import { ensureTrust, type UsedTrust } from "./ensure-trust.ts";
import { ensureFirstAdministrator } from "./first-administrator.ts";
import { installAgentProgram } from "./install-agent-program.ts";
import { type Instance, instanceUrl } from "./instance.ts";
import { type KeptAlive, keepAlive } from "./keep-alive.ts";
import { loadSecrets } from "./load-secrets.ts";
import { reachStores } from "./reach-stores.ts";
import { releaseSample, waitForSample } from "./release-sample.ts";
import { startAgent } from "./start-agent.ts";
import { startServer } from "./start-server.ts";
import { startStores } from "./start-stores.ts";
import { stopManagedAgents } from "./stop-managed-agents.ts";

/** Everything that runs, in the order in which each needs the one before; `started` grows as it goes. */
export async function startAll(
  instance: Instance,
  env: NodeJS.ProcessEnv,
  started: KeptAlive[],
): Promise<void> {
  const secrets = loadSecrets(instance.dataDir);
  const urls = await startStores(instance, secrets, env, started);
  const serverEnv: NodeJS.ProcessEnv = {
    ...env,
    NODE_ENV: "production",
    DATABASE_URL: urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    IFRIT_SECRET: env.IFRIT_SECRET || secrets.secret,
    IFRIT_DATA_DIR: instance.dataDir,
    HOST: instance.host,
    PORT: String(instance.port),
  };
  const services = openServices(parseSettings(serverEnv));
  try {
    await reachStores(services);
    await step("database schema", () => migrateDatabase(services.pool));
    await step("administrator and cluster", () => setUp(services, instance, env));
    const trust = await step("keys and root document", () => ensureTrust(services));
    if (!serverIsBuilt()) await step("console and server built", buildServer);
    await step("server", async () => {
      const start = () => startServer(instance, serverEnv);
      started.push(await keepAlive("server", start, { graceMs: 20_000 }));
    });
    await startOwnAgent(services, instance, started, trust);
    for (const line of trust?.lines ?? ["  Signatures: none; there is no root document."])
      say(line);
  } finally {
    await closeServices(services);
  }
}

/** What the server would refuse is refused here, in a sentence. */
function parseSettings(serverEnv: NodeJS.ProcessEnv): Env {
  try {
    parseEnv(serverEnv);
    return parseEnv({ ...serverEnv, IFRIT_LOG_LEVEL: "silent" });
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    throw new UserError(error.message, "Correct these variables of the environment.");
  }
}

async function setUp(services: Services, instance: Instance, env: NodeJS.ProcessEnv) {
  await ensureFirstAdministrator(services, instance.dataDir, env);
  await ensureDefaultCluster(services);
}

/** The ifrit-agent of this machine, and the first time something for it to run. */
async function startOwnAgent(
  services: Services,
  instance: Instance,
  started: KeptAlive[],
  trust: UsedTrust | null,
) {
  const masterUrl = instanceUrl(instance);
  const home = makeAgentHome(instance);
  const program = await step("ifrit-agent built", () => installAgentProgram(home));
  const config = await step("this machine enrolled", () =>
    ensureEnrolled(services, home, program, { masterUrl, rootFingerprint: trust?.fingerprint }),
  );
  const sample = await step("sample agent released", () =>
    releaseSample(services, config.machineType),
  );
  await step("ifrit-agent", async () => {
    const start = () => startAgent(instance, home);
    const afterStop = async () => void (await stopManagedAgents(home.root));
    started.push(await keepAlive("ifrit-agent", start, { graceMs: 10_000, afterStop }));
  });
  if (sample === "released") await step("sample agent running", () => waitForSample(home.root));
}
