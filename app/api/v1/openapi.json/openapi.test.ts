import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isApiRoute } from "@/lib/access/api-route.ts";
import { openApiDocument } from "@/lib/access/openapi-document.ts";
import { routes } from "./routes.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..");

test("the document names every route and method that there is, and nothing else", async () => {
  const expected: string[] = [];
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith("/route.ts") || path.startsWith("openapi")) continue;
    const module = (await import(join(folder, path))) as Record<string, unknown>;
    const route = `/api/v1/${path.replace(/\/route\.ts$/, "").replace(/\[(\w+)\]/g, "{$1}")}`;
    for (const [name, value] of Object.entries(module))
      if (isApiRoute(value)) expected.push(`${name.toLowerCase()} ${route}`);
  }
  const { paths } = openApiDocument(routes, "http://x") as {
    paths: Record<string, Record<string, { operationId: string; parameters: { name: string }[] }>>;
  };
  const named = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  expect(named.sort()).toEqual(expected.sort());
  expect(JSON.stringify(paths["/api/v1/releases"]?.post)).toContain("machineTypes");
  const names = paths["/api/v1/machines"]?.get?.parameters.map(({ name }) => name);
  expect(names).toContain("connectivity");
  const ids = Object.values(paths).flatMap((one) => Object.values(one).map((o) => o.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});
