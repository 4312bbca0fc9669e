import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { IdCursor, optionalText, pageLimit, toCursor } from "@/lib/access/cursor.ts";
import { auditDownload } from "@/lib/audit/audit-download.ts";
import { listAudit } from "@/lib/audit/list-audit.ts";
import { AuditList } from "@/lib/contract/console-views.ts";

export const GET = apiRoute(
  {
    summary: "The audit log, newest first; format=csv or ndjson gives all that match",
    permission: "read",
    query: z.object({
      ...{ actor: optionalText, action: optionalText, subject: optionalText },
      ...{
        cursor: IdCursor,
        limit: pageLimit(100),
        format: z.enum(["json", "csv", "ndjson"]).default("json"),
      },
    }),
    answer: AuditList,
  },
  async ({ services, query: { cursor, format, ...filter } }) => {
    if (format !== "json") return auditDownload(services.db, filter, format);
    const { entries, nextId } = await listAudit(services.db, { ...filter, beforeId: cursor });
    return { entries, nextCursor: toCursor(nextId) };
  },
);
