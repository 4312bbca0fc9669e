import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { IndexedArchive, InstallerName } from "../../lib/contract/agent-index.ts";
import { installerNames } from "../../lib/contract/agent-index.ts";
import { repoRoot } from "../repo-root.ts";

const mark = "@ARCHIVES@";

/**
 * The installers, with the archives' digests in them: who trusts an installer's digest trusts exactly
 * these archives. Nothing of the machine, the time or a master goes in, so everybody can make the same bytes.
 */
export async function renderInstallers(
  archives: readonly IndexedArchive[],
): Promise<{ name: InstallerName; text: string }[]> {
  return Promise.all(
    installerNames.map(async (name) => {
      const body = await readFile(join(repoRoot, "scripts/agent-build/installers", name), "utf8");
      const text = renderInstaller(body, archives);
      // Windows PowerShell 5.1 reads a script with line feeds as well, but people open it in Notepad.
      return { name, text: name.endsWith(".ps1") ? text.replaceAll("\n", "\r\n") : text };
    }),
  );
}

export function renderInstaller(body: string, archives: readonly IndexedArchive[]): string {
  if (body.split(mark).length !== 2) throw new Error(`an installer has not exactly one ${mark}`);
  const lines = archives.map((one) =>
    [one.platform, one.version, one.sha256, one.sizeBytes, one.unpackedBytes].join(" "),
  );
  // As a function: a replacement string would read $ as its own.
  return body.replace(mark, () => `${lines.join("\n")}\n`);
}
