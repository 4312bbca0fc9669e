import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const elsewhere = ["**/node_modules/**", "agent/**", "e2e/**", ".next/**", "dist/**", ".ifrit*/**"];

/** Whole fleets: they want the processors for themselves. */
const scenarios = "lib/releases/scenarios/**/*.store.test.ts";

/** They install the archives that are built for all platforms. */
const archives = "scripts/agent-build/**/*.archive.test.ts";

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
          exclude: [...elsewhere, "**/*.store.test.ts", archives],
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
        test: {
          ...{ name: "scenarios", include: [scenarios], exclude: elsewhere, ...onStores },
          // Each keeps both cores busy with a fleet, and its clock runs on.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "archives",
          include: [archives],
          exclude: elsewhere,
          ...onStores,
          globalSetup: [onStores.globalSetup, "scripts/test/built-archives.setup.ts"],
          testTimeout: 180_000,
          // Each installs and starts whole programs.
          fileParallelism: false,
        },
      },
    ],
  },
});
