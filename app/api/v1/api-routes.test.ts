import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { isApiRoute } from "@/lib/access/api-route.ts";

const folder = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith("route.ts"),
);
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const writes = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** A preview writes nothing; one's own password, sessions and tokens are one's own. */
const everybodyMay = new Set([
  ...[
    "releases/preview/route.ts",
    "machines/change/preview/route.ts",
    "me/password/route.ts",
    "me/sessions/route.ts",
  ],
  ...["tokens/route.ts", "tokens/[id]/route.ts"],
]);

test("every route of /api/v1 is found", () => {
  expect(files.length).toBeGreaterThanOrEqual(15);
});

test.each(files)(
  "each handler of %s is made by apiRoute()",
  async (path) => {
    const module = (await import(pathToFileURL(join(folder, path)).href)) as Record<
      string,
      unknown
    >;
    const handlers = Object.entries(module).filter(([name]) => methods.has(name));
    expect(handlers.length).toBeGreaterThan(0);
    for (const [name, handler] of handlers) {
      expect(isApiRoute(handler), `${name} of ${path}`).toBe(true);
      if (!isApiRoute(handler)) continue;
      if (writes.has(name) && !everybodyMay.has(path))
        expect(handler.spec.permission, `${name} of ${path}`).not.toBe("read");
    }
    // The first of them loads half of the server.
  },
  30_000,
);
