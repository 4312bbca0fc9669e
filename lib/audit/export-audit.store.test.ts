import { beforeAll, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { csvCell } from "../platform/csv.ts";
import type { Services } from "../platform/services.ts";
import { createTestServices } from "../testing/test-services.ts";
import { auditDownload } from "./audit-download.ts";
import { exportAudit } from "./export-audit.ts";
import { listAudit } from "./list-audit.ts";

let services: Services;
beforeAll(async () => {
  services = await createTestServices();
  await services.db.insert(auditLog).values(
    Array.from({ length: 2_500 }, (_, index) => ({
      ...{ atMs: index, actorKind: "user" as const, actor: index % 2 ? "ada" : '=cmd|"x"' },
      action: index % 5 ? "release.paused" : "package.uploaded",
      ...{ subjectKind: "release", subjectId: String(index % 10), clusterId: null },
      ...{ requestId: "r", source: "console", before: null, after: { note: '中文, "quoted"' } },
    })),
  );
});

async function export_(filter: Parameters<typeof exportAudit>[1]): Promise<string> {
  let text = "";
  for await (const part of exportAudit(services.db, filter)) text += part;
  return text;
}

test("pages are newest first, without gaps or doubles", async () => {
  const seen: number[] = [];
  let beforeId: number | undefined;
  for (;;) {
    const { entries, nextId } = await listAudit(services.db, { limit: 400, beforeId });
    seen.push(...entries.map((entry) => entry.id));
    if (nextId === null) break;
    beforeId = nextId;
  }
  expect(seen).toHaveLength(2_500);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
});

test("filters by actor, action, its family, and subject", async () => {
  const count = async (filter: object) =>
    (await listAudit(services.db, { limit: 5_000, ...filter })).entries.length;
  expect(await count({ actor: "ada" })).toBe(1_250);
  expect(await count({ action: "package.uploaded" })).toBe(500);
  expect(await count({ action: "release." })).toBe(2_000);
  expect(await count({ subject: "release:3" })).toBe(250);
  expect(await count({ subject: "3" })).toBe(250);
  expect(await count({ subject: "package:3" })).toBe(0);
});

test("the export holds all that match, with the mark that spreadsheets look for", async () => {
  const text = await export_({ actor: "ada" });
  expect(text.charCodeAt(0)).toBe(0xfeff);
  expect(text.trimEnd().split("\r\n")).toHaveLength(1_251);
  expect(text).toContain('"{""note"":""中文, \\""quoted\\""""}"');
});

test("a cell that a spreadsheet would run becomes text", async () => {
  expect(csvCell('=cmd|"x"')).toBe('"\'=cmd|""x"""');
  expect(csvCell("@sum")).toBe("'@sum");
  expect(csvCell("-1")).toBe("'-1");
  expect(csvCell(-1)).toBe("-1");
  expect(csvCell(null)).toBe("");
});

test("the download is streamed and can be broken off", async () => {
  const response = auditDownload(services.db, {}, "csv");
  expect(response.headers.get("content-disposition")).toContain("ifrit-audit.csv");
  const reader = response.body!.getReader();
  const first = await reader.read();
  expect([...(first.value ?? []).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  await reader.cancel();
});

test("NDJSON holds every matching entry, one per line", async () => {
  const text = await auditDownload(services.db, { action: "package.uploaded" }, "ndjson").text();
  const entries = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(entries).toHaveLength(500);
  expect(entries.every(({ action }) => action === "package.uploaded")).toBe(true);
});
