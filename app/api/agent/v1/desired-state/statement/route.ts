import { agentRoute } from "@/lib/master/agent-route";

export const dynamic = "force-dynamic";
export const GET = agentRoute;
