import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { optionalText } from "@/lib/access/cursor.ts";
import { auditCsv } from "@/lib/audit/audit-csv.ts";

export const GET = apiRoute(
  {
    summary: "All matching audit entries as CSV",
    permission: "read",
    query: z.object({ actor: optionalText, action: optionalText, subject: optionalText }),
    answer: null,
  },
  async ({ services, query }) => auditCsv(services.db, query),
);
