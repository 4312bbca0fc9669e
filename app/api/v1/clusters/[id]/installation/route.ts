import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { publicOrigin } from "@/lib/access/public-origin.ts";
import { processDownloads } from "@/lib/agent-downloads/process-downloads.ts";
import { readInstallation } from "@/lib/agent-downloads/read-installation.ts";
import { AgentInstallation } from "@/lib/contract/agent-installation.ts";
import { ClusterId } from "@/lib/contract/names.ts";

export const GET = apiRoute(
  {
    summary:
      "What the command that installs ifrit-agent in a cluster is made of: master, digests, trust root",
    permission: "read",
    params: z.object({ id: ClusterId }),
    answer: AgentInstallation,
  },
  ({ services, request, params }) => {
    const origin = publicOrigin(services.env, request.headers);
    return readInstallation(services, processDownloads(services), params.id, origin);
  },
);
