import { expect, test } from "vitest";
import { citedPaths } from "./cited-paths.ts";

const topLevel = new Set(["lib", "README.md", "app"]);

test("citedPaths() finds links and inline code that begins at the repository's top", () => {
  const text =
    "See [it](docs/a.md#part), `lib/platform/env.ts`, `app/(console)/page.tsx`, `README.md`.";
  expect(citedPaths(text, topLevel).map(({ path }) => path)).toEqual([
    "docs/a.md",
    "lib/platform/env.ts",
    "app/(console)/page.tsx",
    "README.md",
  ]);
});

test("citedPaths() leaves out web addresses, commands, words and code blocks", () => {
  const text =
    "[web](https://x.example/lib/a) `npm test` `lib` `other/a.ts`\n```\n`lib/b.ts`\n```\n";
  expect(citedPaths(text, topLevel)).toEqual([]);
});
