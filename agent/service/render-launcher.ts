import { denoEnvironment, denoFlags, denoFolder } from "./permission-flags.ts";

export interface LauncherOptions {
  /** Deno for when none lies beside the launcher. */
  denoPath?: string;
  /** Beside it lies one executable made by `deno compile`, with its permissions in it. */
  compiled?: boolean;
}

/** What a launcher may pass on from ROOT/environment: the way to the master, and whom to trust there. */
export const environmentNames = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"],
  ...["DENO_CERT", "DENO_TLS_CA_STORE"],
] as const;

/** Checks of agents on this machine never go to a proxy. */
export const neverProxied = "localhost,127.0.0.1,[::1]";

const rootMark = "/IFRIT_ROOT";
const masterMark = "ifrit-master:1";
const tokenMark = "/IFRIT_TOKEN_FILE";

/** Deno's flags with shell-like variables in the places of root, master and token file. */
export function launcherFlags(variables: {
  root: string;
  master: string;
  token: string;
}): string[] {
  return denoFlags({ root: rootMark, masterUrl: `http://${masterMark}`, read: [tokenMark] }).map(
    (flag) =>
      flag
        .replaceAll(rootMark, variables.root)
        .replaceAll(masterMark, variables.master)
        .replaceAll(tokenMark, variables.token),
  );
}

/**
 * The script `ifrit-agent`, for people, services and the guard: finds Deno beside itself or at
 * `denoPath`, and grants what the root and the master in its arguments or in config.json ask for.
 */
export function renderLauncher(options: LauncherOptions): string {
  const settings = Object.entries(denoEnvironment)
    .map((pair) => pair.join("="))
    .join(" ");
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
if [ -r "$root/environment" ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in ${environmentNames.map((name) => `${name}=*`).join(" | ")}) export "$line" ;; esac
  done <"$root/environment"
fi
export ${settings}
# Nothing is left outside of the root, and nothing at all while there is none.
DENO_DIR=/dev/null
[ ! -d "$root" ] || DENO_DIR=$root/${denoFolder}
export DENO_DIR
if [ -n "\${HTTP_PROXY-}\${HTTPS_PROXY-}\${http_proxy-}\${https_proxy-}" ]; then
  NO_PROXY=${neverProxied},\${NO_PROXY-\${no_proxy-}}
  export NO_PROXY
  unset no_proxy
fi
if [ "\${1-}" = guard ] && [ "\${2-}" != --help ]; then
  # By the installer's link, so that the next start is of whatever it installs meanwhile.
  case $here in */versions/*)
    [ "$(readlink -f -- "\${here%/versions/*}/current")" != "$here" ] || here=\${here%/versions/*}/current ;;
  esac
  exec /bin/sh "$here/ifrit-guard" "$here/ifrit-agent" "$root"
fi
${options.compiled ? 'exec "$here/ifrit-agent-program" "$@"' : runWithDeno(options.denoPath)}
`;
}

function runWithDeno(denoPath: string | undefined): string {
  const variables = { root: "$root", master: "$master", token: "$token" };
  const words = launcherFlags(variables)
    .map((flag) => `"${flag}"`)
    .join(" ");
  const elsewhere =
    denoPath === undefined
      ? 'echo "ifrit-agent: $deno is missing: install it again" >&2; exit 1'
      : `deno=${quote(denoPath)}`;
  return `if [ "$master" = localhost ] && [ -r "$root/config.json" ]; then
  master=$(sed -n 's/.*"masterUrl": *"\\([^"]*\\)".*/\\1/p' "$root/config.json")
fi
master=\${master#*://} master=\${master%%/*}
deno=$here/deno
[ -x "$deno" ] || { ${elsewhere}; }
exec "$deno" run ${words} "$here/ifrit-agent.js" "$@"`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
