import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { repoRoot } from "../repo-root.ts";

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
    alias: { "@contract": join(repoRoot, "lib/contract") },
    define: {
      IFRIT_FAILPOINTS_ENABLED: "false",
      ...(version === undefined ? {} : { IFRIT_AGENT_VERSION: JSON.stringify(version) }),
    },
    // tar-stream is CommonJS and requires node's own modules; they are loaded with the first archive.
    banner: { js: "const require = (name) => globalThis.process.getBuiltinModule(name);" },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [onlyEnglish, onlyUsedZod],
    logLevel: "silent",
  });
  return result.outputFiles[0]!.contents;
}

/** zod brings its messages in fifty languages; ifrit-agent's log is in one. */
const onlyEnglish: Plugin = {
  name: "only-english",
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** `import { z }` brings all of zod; a namespace only what is used of it: 4 MiB less in memory on every machine. */
const onlyUsedZod: Plugin = {
  name: "only-used-zod",
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
