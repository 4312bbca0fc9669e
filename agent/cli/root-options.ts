import { Sha256 } from "@contract/names.ts";
import type { TrustedRoot } from "@contract/trust-root.ts";
import { openRoot } from "@contract/verify-root-chain.ts";
import type { AgentConfig } from "../identity/config.ts";
import type { TrustedStart } from "../trust/kept-root.ts";
import { CliError, exitCode } from "./exit-code.ts";
import { readGivenFile } from "./read-given-file.ts";

/** Said plainly, since from here on everything that this machine believes follows from it. */
export function describeBeginning(kept: TrustedStart | null): string[] {
  if (kept === null)
    return ["this master signs nothing: packages and orders are not checked on this machine"];
  const { version } = kept.root.document;
  if (kept.how === "given")
    return [`signatures are checked: root ${version}, from the fingerprint that was given on`];
  return [
    `signatures are checked; root ${version} is believed because it came first. Compare its fingerprint:`,
    `  ${kept.pinned}`,
    "with the one that the console and `keys list` show; with --root-fingerprint it is compared here",
  ];
}

export async function givenRoot(path: string | null): Promise<TrustedRoot | null> {
  if (path === null) return null;
  try {
    return await openRoot((await readGivenFile(path, "root-file")).trim());
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(
      exitCode.usage,
      `--root-file ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** What a person said of the root to begin with. */
export function pinnedRoot(option: string | null, root: TrustedRoot | null): AgentConfig["trust"] {
  const text = option?.toLowerCase() ?? root?.fingerprint;
  if (text === undefined) return undefined;
  const fingerprint = Sha256.safeParse(text);
  if (!fingerprint.success)
    throw new CliError(exitCode.usage, "--root-fingerprint takes 64 hex digits");
  if (root !== null && root.fingerprint !== fingerprint.data)
    throw new CliError(
      exitCode.usage,
      `--root-file holds a root document with the fingerprint ${root.fingerprint}, not ${fingerprint.data}`,
    );
  return { rootFingerprint: fingerprint.data, how: "given" };
}
