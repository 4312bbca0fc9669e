import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AgentIndex, indexFileName } from "../../../lib/contract/agent-index.ts";
import type { Platform } from "../../../lib/contract/platform.ts";

/** The archives that scripts/test/built-archives.setup.ts has built. */
export function builtArchives(): {
  folder: string;
  index: AgentIndex;
  file: (platform: Platform) => string;
} {
  const folder = process.env.IFRIT_TEST_ARCHIVES;
  if (!folder) throw new Error("run this in vitest's project archives: npm test -- archives");
  const index = AgentIndex.parse(JSON.parse(readFileSync(join(folder, indexFileName), "utf8")));
  const file = (platform: Platform) =>
    join(folder, index.archives.find((one) => one.platform === platform)!.file);
  return { folder, index, file };
}
