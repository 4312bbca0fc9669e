import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { compileFlags } from "../../agent/service/permission-flags.ts";
import { step } from "../progress.ts";
import { runCommand } from "../system/run-command.ts";
import { UserError } from "../user-error.ts";
import { executableName, hostTarget, type Target } from "./targets.ts";

export type CompileOptions = {
  denoPath: string;
  bundlePath: string;
  outFile: string;
  version: string;
  /** A folder that holds denort-<triple>[.exe], for machines that cannot reach Deno's download host. */
  denortFolder: string | undefined;
  /** Deno's own cache; what it downloaded once is there. */
  cacheFolder: string;
};

/**
 * One executable of the bundle, by `deno compile`. It needs denort, a slim runtime that Deno fetches
 * from its own download host. @throws UserError that says what to do; there is no falling back here.
 */
export async function compileProgram(target: Target, options: CompileOptions): Promise<void> {
  const { denoPath, bundlePath, outFile } = options;
  const args = ["compile", ...compileFlags(), "--quiet", "--target", target.triple];
  const env = environment(target, options);
  await step(`${target.name} compiled by Deno`, async () => {
    const words = [...args, "--output", outFile, bundlePath];
    const { code, output } = await runCommand(denoPath, words, { env });
    if (code !== 0) throw cannotCompile(target, output);
    if (hostTarget()?.name === target.name) await refuseStrangeProgram(outFile, options.version);
  });
}

function environment(target: Target, options: CompileOptions): NodeJS.ProcessEnv {
  const env = { ...process.env, DENO_DIR: options.cacheFolder, NO_COLOR: "1" };
  if (options.denortFolder === undefined) return env;
  const file = join(options.denortFolder, executableName(`denort-${target.triple}`, target));
  if (existsSync(file)) return { ...env, DENORT_BIN: file };
  throw new UserError(
    `${file} is missing.`,
    `--denort names a folder with one denort for each target, called denort-<triple>; ${target.name} is ${target.triple}.`,
  );
}

function cannotCompile(target: Target, output: string): UserError {
  const lines = output.split("\n").map((line) => line.trim());
  const why = lines.filter(
    (line) => line !== "" && !/^(Stack backtrace|\d+: <unknown>)/.test(line),
  );
  return new UserError(
    `deno compile could not make ${target.name}: ${why.join(" ").slice(0, 600)}`,
    [
      "It takes denort from Deno's own download host. Either let this machine reach that host (HTTPS_PROXY",
      "counts), or unpack denort of the same Deno version elsewhere and name its folder with --denort,",
      "or make the archives with Deno's whole runtime from npm: --mode runtime.",
    ].join("\n  "),
  );
}

/** A wrong denort gives a program that starts and is something else. */
async function refuseStrangeProgram(file: string, version: string): Promise<void> {
  const { output } = await runCommand(file, ["version"]);
  if (output.startsWith(`ifrit-agent ${version} `)) return;
  await rm(file, { force: true });
  throw new UserError(
    `What deno compile made is not ifrit-agent ${version}: it says ${JSON.stringify(output.trim().split("\n")[0] ?? "")}.`,
    "The denort that was given is not denort of this Deno version (Deno itself is not one).",
  );
}
