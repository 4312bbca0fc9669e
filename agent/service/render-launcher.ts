import { denoFlags } from "./permission-flags.ts";

const rootMark = "/IFRIT_ROOT";
const masterMark = "ifrit-master:1";
const tokenMark = "/IFRIT_TOKEN_FILE";

/**
 * The script `ifrit-agent`, for people, services and the guard: finds Deno beside itself or at
 * `denoPath`, and grants what the root and the master in its arguments or in config.json ask for.
 */
export function renderLauncher(options: { denoPath: string }): string {
  const words = denoFlags({ root: rootMark, masterUrl: `http://${masterMark}`, read: [tokenMark] })
    .map((flag) => `"${flag}"`)
    .join(" ")
    .replaceAll(rootMark, "$root")
    .replaceAll(masterMark, "$master")
    .replaceAll(tokenMark, "$token");
  return `#!/bin/sh
# Runs ifrit-agent with the narrowest permissions. \`ifrit-agent guard --root DIR\` keeps it running.
here=$(dirname -- "$(readlink -f -- "$0")")
root=/var/lib/ifrit master=localhost token=/dev/null previous=
for word in "$@"; do
  case $previous in --root) root=$word ;; --master) master=$word ;; --token-file) token=$word ;; esac
  case $word in --root=*) root=\${word#*=} ;; --master=*) master=\${word#*=} ;; --token-file=*) token=\${word#*=} ;; esac
  previous=$word
done
case $root in /*) ;; *) root=$PWD/$root ;; esac
case $token in /*) ;; *) token=$PWD/$token ;; esac
if [ -d "$root" ]; then root=$(cd -- "$root" && pwd -P); fi
if [ "\${1-}" = guard ] && [ "\${2-}" != --help ]; then
  exec /bin/sh "$here/ifrit-guard" "$here/ifrit-agent" "$root"
fi
if [ "$master" = localhost ] && [ -r "$root/config.json" ]; then
  master=$(sed -n 's/.*"masterUrl": *"\\([^"]*\\)".*/\\1/p' "$root/config.json")
fi
master=\${master#*://} master=\${master%%/*}
deno=$here/deno
[ -x "$deno" ] || deno=${quote(options.denoPath)}
exec "$deno" run ${words} "$here/ifrit-agent.js" "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
