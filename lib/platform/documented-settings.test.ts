import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { settingNames } from "./env.ts";

test("docs/deploy.md names every setting that the server reads, and no other", () => {
  const text = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
  const table = text.slice(text.indexOf("## Settings"), text.indexOf("## Backup"));
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([A-Z_]+)`/g)]);
  expect(named.map(([, name]) => name).sort()).toEqual([...settingNames].sort());
});
