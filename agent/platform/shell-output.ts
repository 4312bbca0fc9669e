import { deadline } from "./deadline.ts";

export interface ShellOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a short script of our own. One that hangs, on a directory service for instance, is given up. */
export async function shellOutput(
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ShellOutput> {
  using late = deadline(timeoutMs);
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "ifrit", ...args],
    clearEnv: true,
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: late.signal,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
