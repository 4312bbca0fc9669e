import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Message, type Plugin } from "esbuild";
import { repoRoot } from "../repo-root.ts";
import { UserError } from "../user-error.ts";

/** agent/main.ts and all that it imports, as one file. `version`: instead of the working tree's. */
export async function bundleAgent(version?: string): Promise<Uint8Array> {
  const result = await build({
    absWorkingDir: repoRoot,
    entryPoints: ["agent/main.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "esnext",
    legalComments: "eof",
    // Paths stand in the bundle; where node_modules really lies must not.
    preserveSymlinks: true,
    alias: {
      "@contract": join(repoRoot, "lib/contract"),
      zod: join(repoRoot, "agent/schema/zod.ts"),
    },
    define: {
      IFRIT_FAILPOINTS_ENABLED: "false",
      ...(version === undefined ? {} : { IFRIT_AGENT_VERSION: JSON.stringify(version) }),
    },
    // tar-stream is CommonJS and requires node's own modules; they are loaded with the first archive.
    banner: { js: "const require = (name) => globalThis.process.getBuiltinModule(name);" },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [asNamespace],
    logLevel: "silent",
  });
  refuseMissing(result.warnings);
  return result.outputFiles[0]!.contents;
}

/** A namespace of its own shows the bundler each use of what the stand-in does not have. */
const asNamespace: Plugin = {
  name: "zod-as-namespace",
  setup({ onLoad }) {
    onLoad({ filter: /(lib[\\/]contract|[\\/]agent)[\\/].*\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8")).replace(
        /^import \{ z \} from "zod";$/m,
        'import * as z from "zod";',
      ),
    }));
  },
};

/** esbuild only warns of a name that a module does not have, and puts undefined in its place. */
function refuseMissing(warnings: readonly Message[]): void {
  const missing = warnings.filter(({ id }) => id === "import-is-undefined");
  if (missing.length === 0) return;
  const where = missing.map(({ text, location }) => `${location?.file}:${location?.line} ${text}`);
  throw new UserError(
    `ifrit-agent uses what its stand-in for zod does not have: ${where.join("; ")}`,
    "Write it in agent/schema/, with the test that holds it against zod, or do without.",
  );
}
