/**
 * Makes a symbolic link. Deno.symlink wants to read and write everywhere, so ln(1) does it and the
 * narrow grants stay.
 */
export async function makeLink(target: string, path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'exec ln -s -- "$1" "$2"', "ifrit-link", target, path],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`no link can be made: ${new TextDecoder().decode(stderr).trim()}`);
}
