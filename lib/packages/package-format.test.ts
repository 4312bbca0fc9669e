import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hookNames, PackageSource } from "../contract/package-manifest.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/package-format.md"), "utf8");
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, block]) => block ?? "",
  );

describe("docs/package-format.md", () => {
  const manifests = blocks("yaml");

  test("shows a manifest of each schema", () => {
    const schemas = manifests.map((block) => (parse(block) as { schema: number }).schema);
    expect(schemas).toEqual([1, 2]);
  });

  test.each(manifests)("shows manifests that are valid, to the last field", (block) => {
    const parsed = PackageSource.strict().safeParse(parse(block));
    expect(parsed.error?.issues).toBeUndefined();
  });

  test("shows JSON that is JSON", () => {
    const problems = blocks("json").map((block) => JSON.parse(block) as { code?: string });
    expect(problems.map((problem) => problem.code)).toEqual(["package_invalid"]);
  });

  test("says of every hook when it runs", () => {
    for (const name of hookNames) expect(text).toContain(`| \`${name}\``);
  });
});
