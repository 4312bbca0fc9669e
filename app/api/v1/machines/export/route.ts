import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { exportFleetMachines } from "@/lib/clusters/export-fleet-machines.ts";
import { textDownload } from "@/lib/platform/text-download.ts";
import { machineFilter } from "../machine-filter.ts";

export const GET = apiRoute(
  {
    summary:
      "All matching machines as CSV or NDJSON; ifrit-unanswered names clusters that are missing",
    permission: "read",
    query: z.object({ ...machineFilter, format: z.enum(["csv", "ndjson"]).default("csv") }),
    answer: null,
  },
  async ({ services, query: { format, ...filter } }) => {
    const { unanswered, texts } = await exportFleetMachines(services, filter, format);
    const missing = unanswered.length > 0 ? { "ifrit-unanswered": unanswered.join(", ") } : {};
    return textDownload("ifrit-machines", format, texts, missing as Record<string, string>);
  },
);
