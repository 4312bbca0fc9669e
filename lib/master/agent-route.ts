import { services } from "../platform/services.ts";
import { serveAgentRequest } from "./serve-web.ts";
import { processMaster } from "./start-master.ts";

/** A route handler of the agent's wire, for `next start` without our server. */
export async function agentRoute(request: Request): Promise<Response> {
  if (services().env.IFRIT_ROLE === "manage") return new Response(null, { status: 404 });
  return serveAgentRequest(await processMaster(), request);
}
