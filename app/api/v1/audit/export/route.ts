import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { auditDownload } from "@/lib/audit/audit-download.ts";

export const GET = apiRoute(
  {
    summary: "All matching audit entries as CSV or NDJSON",
    permission: "read",
    query: z.object({
      ...{ actor: optionalText, action: optionalText, subject: optionalText },
      format: z.enum(["csv", "ndjson"]).default("csv"),
    }),
    answer: null,
  },
  async ({ services, query: { format, ...filter } }) => auditDownload(services.db, filter, format),
);
