import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EnvError, parseEnv } from "../platform/env.ts";
import { logConsole } from "../platform/log-console.ts";
import { metrics } from "../platform/metrics.ts";
import { setProcessWide } from "../platform/process-wide.ts";
import { startScheduler } from "../platform/scheduler.ts";
import { closeServices, openServices, type Services, setServices } from "../platform/services.ts";
import { type Console, openConsole } from "./console.ts";
import { handleRequest } from "./handle-request.ts";
import { jobsOf } from "./jobs.ts";
import type { Master } from "./master.ts";
import { registerMasterMetrics } from "./master-metrics.ts";
import { type RunningMaster, startMaster } from "./start-master.ts";

const shutdownMsMax = 15_000;

/**
 * The whole deployable: agents' lane, health, metrics, cron and console behind one port. Ends the
 * process with a sentence when the settings or the port are wrong.
 */
export async function startServer(
  source: Record<string, string | undefined>,
  startFolder: string,
): Promise<void> {
  const services = openProcess(source);
  const { env, log } = services;
  logConsole(log);
  const running = env.IFRIT_ROLE === "manage" ? startManage(services) : await openMaster(services);
  const app = env.IFRIT_ROLE === "master" ? null : openConsole(services, startFolder);
  const server = openHttp(services, running, app);
  server.once("error", (error: NodeJS.ErrnoException) => {
    const inUse = error.code === "EADDRINUSE";
    const why = inUse ? "The port is taken. Set PORT to a free one." : error.message;
    log.fatal({ host: env.HOST, port: env.PORT }, `cannot listen: ${why}`);
    process.exit(1);
  });
  server.listen(env.PORT, env.HOST, 4096, () => {
    const { address, port } = server.address() as AddressInfo;
    const host = address.includes(":") ? `[${address}]` : address;
    log.info({ url: `http://${host}:${port}`, role: env.IFRIT_ROLE }, "listening");
  });
  stopOnSignals(services, server, running, app);
  endOnBugs(services);
  await app?.prepare(server);
}

/** A process in an unknown state is ended and said so in the log, for a supervisor to start anew. */
function endOnBugs({ log }: Services): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error, event }, "ended by an unexpected error");
      process.exit(1);
    });
}

function openProcess(source: Record<string, string | undefined>): Services {
  try {
    const services = openServices(parseEnv(source));
    setServices(services);
    return services;
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stdout.write(`${JSON.stringify({ level: 60, msg: error.message })}\n`);
    process.exit(1);
  }
}

type Running = { master: Master | null; stop: () => Promise<void> };

/** No agents are served: only releases are moved on. */
function startManage(services: Services): Running {
  const scheduler = startScheduler(jobsOf(services, null), services.log);
  return { master: null, stop: () => scheduler.stop() };
}

async function openMaster(services: Services): Promise<RunningMaster> {
  const starting = startMaster(services);
  setProcessWide("master", starting);
  const running = await starting;
  registerMasterMetrics(metrics(), running.master);
  return running;
}

/**
 * Agents poll every minute or so: a connection is kept just longer than that, so that small fleets
 * reuse theirs; handleRequest stops keeping them when there are many.
 */
function openHttp(services: Services, running: Running, app: Console | null): Server {
  const server = createServer({
    keepAliveTimeout: 75_000,
    headersTimeout: 20_000,
    requestTimeout: 600_000,
  });
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.once("close", () => {
      connections -= 1;
    });
  });
  const context = {
    services,
    master: running.master,
    app,
    connections: () => connections,
  };
  server.on("request", (req, res) => handleRequest(context, req, res));
  return server;
}

/** Stops listening, lets what is in flight end, carries heartbeats on, closes the stores. */
function stopOnSignals(
  services: Services,
  server: Server,
  running: Running,
  app: Console | null,
): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    services.log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), shutdownMsMax).unref();
    const closed = new Promise((resolve) => server.close(resolve));
    // A kept connection is idle only after the request that was under way on it.
    const closing = setInterval(() => server.closeIdleConnections(), 50);
    await Promise.all([closed, running.stop()]);
    clearInterval(closing);
    await app?.close();
    await closeServices(services);
    services.log.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}
