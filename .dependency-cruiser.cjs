/**
 * Who may import whom. Tables belong to nouns: a folder of lib/ reads and writes its own, and asks
 * the other nouns' verbs for the rest.
 */
const tablesOf = {
  access: ["users"],
  audit: ["audit-log"],
  clusters: ["clusters"],
  "desired-state": ["desired-entries"],
  machines: ["machines", "enrollment-tokens"],
  packages: ["agents", "packages"],
  platform: ["leases"],
  releases: ["releases", "release-clusters", "release-events"],
  reports: ["machine-agent-states"],
};

const tests = "\\.(store\\.)?test\\.tsx?$";

const foreignTables = Object.entries(tablesOf).map(([noun, tables]) => ({
  name: `tables-of-${noun}`,
  comment: `These tables belong to lib/${noun}: call its verbs.`,
  severity: "error",
  from: {
    path: "^(lib|app|components)/",
    // fleet-status joins what belongs to several nouns, for reading only.
    pathNot: [`^lib/${noun}/`, "^lib/fleet-status/", "^lib/testing/", tests],
  },
  to: { path: `^drizzle/schema/(${tables.join("|")})\\.ts$`, dependencyTypesNot: ["type-only"] },
}));

module.exports = {
  forbidden: [
    ...foreignTables,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "contract-is-alone",
      comment: "lib/contract runs in Node, Deno and browsers: zod and itself, nothing else.",
      severity: "error",
      from: { path: "^lib/contract/", pathNot: tests },
      to: { pathNot: ["^lib/contract/", "^node_modules/zod/"] },
    },
    {
      name: "agent-knows-the-contract-only",
      severity: "error",
      from: { path: "^agent/" },
      to: { path: "^(app|components|drizzle|scripts|e2e|bench|server\\.ts|lib/(?!contract/))" },
    },
    {
      name: "components-know-contract-and-queries-only",
      severity: "error",
      from: { path: "^components/", pathNot: tests },
      to: { path: "^(app|drizzle|agent|scripts|server\\.ts|lib/(?!contract/|[^/]+/queries[./-]))" },
    },
    {
      name: "lib-knows-no-pages",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^(app|components|agent|scripts|e2e|bench|server\\.ts)" },
    },
    {
      name: "platform-knows-no-nouns",
      severity: "error",
      from: { path: "^lib/platform/", pathNot: tests },
      to: { path: "^lib/(?!platform/|contract/)" },
    },
    {
      name: "schema-knows-the-contract-only",
      severity: "error",
      from: { path: "^drizzle/schema/" },
      to: { path: "^(app|components|agent|scripts|lib/(?!contract/))" },
    },
    {
      name: "tests-only",
      comment: "lib/testing is for tests.",
      severity: "error",
      from: {
        path: "^(app|components|lib|drizzle|server\\.ts)",
        pathNot: [tests, "^lib/testing/"],
      },
      to: { path: "^lib/testing/" },
    },
    {
      name: "pages-know-no-machinery",
      severity: "error",
      from: { path: "^(app|components)/", pathNot: tests },
      to: { path: "^(scripts|e2e|bench|agent)/" },
    },
  ],
  options: {
    doNotFollow: { path: "^node_modules" },
    exclude: { path: "^(\\.next|dist|\\.ifrit)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".cjs", ".js", ".json"],
    },
  },
};
