import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildArchives } from "../agent-build/build-archives.ts";
import { targets } from "../agent-build/targets.ts";
import { repoRoot } from "../repo-root.ts";

/** Vitest's global set-up of the project "archives": ifrit-agent for all platforms, built once for the whole run. */
export default async function buildForTests(): Promise<(() => void) | undefined> {
  // Somebody who works on a test has them already.
  if (process.env.IFRIT_TEST_ARCHIVES) return undefined;
  const outFolder = mkdtempSync(join(tmpdir(), "ifrit-archives-"));
  const dataFolder = process.env.IFRIT_DATA_DIR || join(repoRoot, ".ifrit");
  // Where npm run agent:build keeps its downloads, so that a second run needs none.
  const cacheFolder = join(dataFolder, "cache", "agent-build");
  await buildArchives({ targets, mode: "runtime", outFolder, cacheFolder });
  process.env.IFRIT_TEST_ARCHIVES = outFolder;
  return () => rmSync(outFolder, { recursive: true, force: true });
}
