import { CliError, exitCode } from "./exit-code.ts";

export async function readGivenFile(path: string, option: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new CliError(
      exitCode.usage,
      `--${option} ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
