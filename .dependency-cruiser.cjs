/**
 * Who may import whom. Tables belong to nouns: a folder of lib/ reads and writes its own, and asks
 * the other nouns' verbs for the rest. Two owners: each writes columns (or rows) of its own.
 */
const tableOwners = {
  "api-tokens": ["access"],
  "audit-heads": ["audit"],
  "audit-log": ["audit"],
  "audit-witnesses": ["audit"],
  agents: ["packages"],
  "agent-state-counts": ["reports"],
  // On a master of a remote cluster: what it was ordered by manage.
  "applied-orders": ["releases"],
  "cluster-orders": ["clusters"],
  "change-windows": ["change-control"],
  "cluster-limits": ["change-control"],
  // desired-state: which revision is built, and under which generation.
  clusters: ["clusters", "desired-state"],
  "desired-entries": ["desired-state"],
  "ended-sessions": ["access"],
  "enrollment-tokens": ["machines"],
  freezes: ["change-control"],
  holds: ["change-control"],
  leases: ["platform"],
  // machines: a machine that leaves takes its states along.
  "machine-agent-states": ["reports", "machines"],
  // reports: digest, sequence and time of the last report, many machines in one statement.
  machines: ["machines", "reports"],
  "master-credentials": ["clusters"],
  packages: ["packages"],
  "package-deletions": ["packages", "clusters"],
  "release-approvals": ["approvals"],
  "release-clusters": ["releases"],
  "release-events": ["releases"],
  releases: ["releases"],
  "remote-facts": ["clusters"],
  "remote-masters": ["clusters"],
  "token-sources": ["machines"],
  "user-identities": ["access"],
  users: ["access"],
};

/** Reads over several nouns that have to be one statement, or one consistent moment. */
const readers = [
  // The fleet as people look at it: joins and counts over machines and what runs on them. Writes nothing.
  "^lib/fleet-status/",
  // All that a cluster's documents are made of.
  "^lib/desired-state/read-desired-inputs\\.ts$",
  // All that keeps machines from changing, at one moment; and what those that ask last reported.
  "^lib/change-control/read-(change-policy|known-machine)\\.ts$",
  // Is the cluster there, in the transaction that adds the token.
  "^lib/machines/create-enrollment-token\\.ts$",
  // How many machines a cluster has, once per start.
  "^lib/master/load-master\\.ts$",
];

/** Tests, and what they set the world up with. */
const tests = "\\.(store\\.)?test\\.tsx?$|^lib/[^/]+/testing/";

const foreignTables = Object.entries(tableOwners).map(([table, owners]) => ({
  name: `table-${table}`,
  comment: `The table belongs to ${owners.map((owner) => `lib/${owner}`).join(" and ")}: call the verbs there.`,
  severity: "error",
  from: {
    path: "^(lib|app|components)/",
    pathNot: [...owners.map((owner) => `^lib/${owner}/`), ...readers, "^lib/testing/", tests],
  },
  to: { path: `^drizzle/schema/${table}\\.ts$`, dependencyTypesNot: ["type-only"] },
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
      from: { path: "^lib/", pathNot: tests },
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
      comment: "lib/testing and the testing folder of a noun are for tests.",
      severity: "error",
      from: {
        path: "^(app|components|lib|drizzle|server\\.ts)",
        pathNot: [tests, "^lib/testing/", "^lib/[^/]+/testing/"],
      },
      to: { path: ["^lib/testing/", "^lib/[^/]+/testing/"] },
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
