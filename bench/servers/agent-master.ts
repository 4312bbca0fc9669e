import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DesiredState } from "../../lib/contract/desired-state.ts";
import { agentPaths, header } from "../../lib/contract/headers.ts";
import type { ReportRequest } from "../../lib/contract/report.ts";

export type AgentMaster = {
  url: string;
  checkIns(): number;
  /** Names of the agents that the machine has reported as running. */
  running: Set<string>;
  /** Null: the machine keeps its own interval. */
  pollSeconds: number | null;
  close(): void;
};

/** The least master that an ifrit-agent can live with: believes everything, keeps nothing. */
export async function startAgentMaster(
  desired: DesiredState,
  archives: ReadonlyMap<string, Buffer>,
): Promise<AgentMaster> {
  const document = JSON.stringify(desired);
  let checkIns = 0;
  const master: Pick<AgentMaster, "running" | "pollSeconds"> = {
    running: new Set(),
    pollSeconds: null,
  };
  const etag = '"bench"';
  const answers: Record<string, (body: string, response: ServerResponse) => void> = {
    [agentPaths.enroll]: (_, response) =>
      json(response, { status: "accepted", clusterId: desired.clusterId }),
    [agentPaths.token]: (_, response) => json(response, { token: "bench", expiresInSeconds: 3600 }),
    [agentPaths.report]: (body, response) => {
      for (const state of (JSON.parse(body) as ReportRequest).agents)
        if (state.phase === "running") master.running.add(state.name);
      response.writeHead(202).end();
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    const body = Buffer.concat(await request.toArray()).toString();
    if (answers[path]) return answers[path](body, response);
    if (path.startsWith(agentPaths.packages))
      return response.end(archives.get(path.slice(agentPaths.packages.length)));
    if (path !== agentPaths.desiredState) return response.writeHead(404).end();
    checkIns += 1;
    if (master.pollSeconds !== null)
      response.setHeader(header.nextPollSeconds, String(master.pollSeconds));
    response.setHeader("etag", etag);
    if (request.headers["if-none-match"] === etag) return response.writeHead(304).end();
    return response.setHeader("content-type", "application/json").end(document);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return Object.assign(master, { url, checkIns: () => checkIns, close });
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(body));
}
