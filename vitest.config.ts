import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const elsewhere = ["**/node_modules/**", "agent/**", "e2e/**", ".next/**", "dist/**", ".ifrit*/**"];

/** Whole fleets: they want the processors for themselves. */
const scenarios = "lib/releases/scenarios/**/*.store.test.ts";

const onStores = {
  globalSetup: "scripts/test/private-stores.setup.ts",
  setupFiles: "lib/testing/close-test-services.setup.ts",
  testTimeout: 20_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  resolve: {
    alias: {
      "@": root.replace(/\/$/, ""),
      // In tests there is no browser bundle that server code could leak into.
      "server-only": `${root}node_modules/server-only/empty.js`,
    },
  },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...elsewhere, "**/*.store.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "store",
          include: ["**/*.store.test.ts"],
          exclude: [...elsewhere, scenarios],
          ...onStores,
        },
      },
      {
        extends: true,
        test: { name: "scenarios", include: [scenarios], exclude: elsewhere, ...onStores },
      },
    ],
  },
});
