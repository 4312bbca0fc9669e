import type { IncomingMessage, ServerResponse } from "node:http";
import { clientAddressHeader } from "../access/client-address.ts";
import { installPrefix } from "../contract/agent-installation.ts";
import { masterPrefix } from "../contract/master-api.ts";
import { type AgentAnswer, fixedProblem } from "../platform/agent-answer.ts";
import { metrics } from "../platform/metrics.ts";
import { toProblem } from "../platform/problem-response.ts";
import type { Services } from "../platform/services.ts";
import type { Console } from "./console.ts";
import { answerCron, cronPrefix } from "./cron.ts";
import { checkReadiness, healthText, isReady } from "./health.ts";
import type { Master } from "./master.ts";
import { serveDownload } from "./serve-download.ts";
import { serveMasterApi } from "./serve-master-api.ts";
import { agentPrefix, serveAgent } from "./serve-node.ts";

export type ServerContext = {
  services: Services;
  master: Master | null;
  app: Console | null;
  connections: () => number;
};

/** With more connections than this, agents are asked to close theirs after each call. */
const keptConnectionsMax = 10_000;

const noMaster = fixedProblem("not_found", "This deployment is no master; agents call elsewhere.");
const noConsole = fixedProblem("not_found", "There is no console here.");
const consoleStarting = fixedProblem("unavailable", "The console is not ready yet.", 5);

/** Says which lane a request belongs to. Nothing here reads a body or waits. */
export function handleRequest(
  context: ServerContext,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const url = req.url ?? "/";
  if (url.startsWith(agentPrefix)) {
    if (context.connections() > keptConnectionsMax) res.shouldKeepAlive = false;
    if (context.master) serveAgent(context.master, req, res);
    else sendAnswer(res, noMaster);
    return;
  }
  if (url.startsWith(masterPrefix)) {
    serveMasterApi(context.services, req, res).catch((error) => {
      context.services.log.warn({ err: String(error) }, "a call of manage broke off");
      res.destroy();
    });
    return;
  }
  if (url.startsWith(installPrefix)) {
    serveDownload(context.services, req, res).catch((error) => {
      context.services.log.warn({ err: String(error) }, "a download broke off");
      res.destroy();
    });
    return;
  }
  const question = url.indexOf("?");
  const path = question === -1 ? url : url.slice(0, question);
  const own = ownAnswer(context, req, path, url.slice(path.length));
  if (!own) {
    serveConsole(context, req, res);
    return;
  }
  own.then(
    (answer) => sendAnswer(res, answer, req.method === "HEAD"),
    (error) => {
      context.services.log.error({ err: error, path }, "unexpected error");
      res.writeHead(500).end();
    },
  );
}

function ownAnswer(
  context: ServerContext,
  req: IncomingMessage,
  path: string,
  query: string,
): Promise<AgentAnswer> | null {
  const { master, services } = context;
  if (path === "/livez") return Promise.resolve(text(200, "alive\n"));
  if (path === "/readyz" || path === "/healthz")
    return readiness(context, query.includes("verbose"));
  if (path === "/metrics") return metricsAnswer();
  if (path.startsWith(cronPrefix)) {
    const { authorization } = req.headers;
    return answerCron(services, master, { method: req.method ?? "GET", path, authorization });
  }
  return null;
}

async function readiness({ services, master, app }: ServerContext, verbose: boolean) {
  const checks = await checkReadiness(services, master);
  if (app) {
    const ok = app.isReady();
    checks.push({ name: "console", ok, needed: true, detail: ok ? "" : "not built or starting" });
  }
  const ready = isReady(checks);
  const short = ready ? "ready\n" : "not ready\n";
  return text(ready ? 200 : 503, verbose ? healthText(checks) : short);
}

async function metricsAnswer(): Promise<AgentAnswer> {
  const registry = metrics();
  return text(200, await registry.metrics(), registry.contentType);
}

function serveConsole({ app, services }: ServerContext, req: IncomingMessage, res: ServerResponse) {
  if (!app) return sendAnswer(res, noConsole);
  if (!app.isReady()) return sendAnswer(res, consoleStarting);
  // Overwrites what a client may have sent under this name.
  req.headers[clientAddressHeader] = req.socket.remoteAddress ?? "";
  app.handle(req, res).catch((error) => {
    toProblem(error, services.log);
    if (!res.headersSent) res.writeHead(500);
    res.end();
  });
}

function text(status: number, content: string, type = "text/plain; charset=utf-8"): AgentAnswer {
  const body = Buffer.from(content);
  const length = String(body.length);
  return {
    status,
    headers: ["content-type", type, "cache-control", "no-store", "content-length", length],
    body,
  };
}

function sendAnswer(res: ServerResponse, answer: AgentAnswer, headOnly = false): void {
  res.writeHead(answer.status, answer.headers as string[]);
  res.end(headOnly ? undefined : (answer.body as Buffer | null));
}
