import {
  commandsOf,
  manifestRuleIssues,
  type PackageManifest,
} from "../contract/package-manifest.ts";
import type { InputIssue } from "../platform/problem-error.ts";

type CheckedManifest = Pick<PackageManifest, "files" | "platforms">;

/**
 * A command's first word with a slash names a file of the package; without one, a program that the
 * machine is expected to have. Everything else would start something that nobody checked.
 */
export function checkCommands(
  manifest: CheckedManifest &
    Parameters<typeof commandsOf>[0] &
    Parameters<typeof manifestRuleIssues>[0],
): InputIssue[] {
  const issues = commandsOf(manifest).flatMap(({ path, command }) =>
    checkCommand(manifest, command, path),
  );
  return [...manifestRuleIssues(manifest), ...issues];
}

function checkCommand(
  { files, platforms }: CheckedManifest,
  command: readonly string[],
  path: string,
): InputIssue[] {
  const program = command[0] ?? "";
  if (program === "") return [{ path, message: "the program's name is empty" }];
  const named = files.find((file) => file.path === program.replace(/^\.\//, ""));
  if (!program.includes("/")) {
    if (!named) return [];
    return [{ path, message: `write "./${program}" to start the package's own file` }];
  }
  if (program.startsWith("/"))
    return [{ path, message: `${program} is absolute: only files of the package can be named` }];
  if (!named) return [{ path, message: `${program} is not among the package's files` }];
  const needsBit = platforms.some((platform) => !platform.startsWith("windows"));
  if (needsBit && !named.executable)
    return [{ path, message: `files/${named.path} is not executable (chmod +x)` }];
  return [];
}
