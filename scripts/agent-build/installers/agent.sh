#!/bin/sh
# Installs ifrit-agent on Linux and macOS, or removes it. `sh agent.sh --help` says how.
#
# All is in functions and the last line calls them, so a script that was cut short does nothing. What is
# downloaded is used only when it has the size and sha256 that stand here.
set -eu
umask 022

# platform version sha256 bytes unpacked-bytes
archives='
@ARCHIVES@'

usage() {
  cat <<'END'
Usage: sh agent.sh [install] --master URL [options]
       sh agent.sh uninstall [--purge] [--stop-agents] [--prefix DIR]

install downloads ifrit-agent from its master, enrolls this machine and makes a service that starts at
boot. Run again, it repairs or upgrades what is there. As root it goes to /opt/ifrit-agent and
/var/lib/ifrit, for other users below ~/.local.

  --master URL            the master of this machine's cluster
  --token-stdin           the enrollment token is the first line of standard input
  --token-file FILE       it is in a file; otherwise in IFRIT_ENROLLMENT_TOKEN (or _FILE), or it is asked for
  --root-fingerprint HEX  the trust root that the master must have, as `npm run keys` or the console shows it
  --machine-id ID, --type TYPE, --label KEY=VALUE
                          as `ifrit-agent enroll --help` has them
  --prefix DIR            where the program goes
  --root DIR              where configuration, identity and managed agents go
  --bin DIR               where the command ifrit-agent is linked, or: none
  --ca FILE               certificate authority (PEM) of the master; kept for ifrit-agent as well
  --archive FILE          use this file instead of downloading it; it must be the same bytes
  --from URL              download from a mirror: URL/PLATFORM/SHA256
  --no-enroll             install the program only (for images)
  --enroll-again          enroll although this machine is enrolled with that master
  --no-service            make no service
  --no-wait               do not wait for the first check-in

uninstall stops ifrit-agent and removes the program. Managed agents go on running, and --root stays.
  --stop-agents           stop the managed agents as well
  --purge                 remove --root too: identity, configuration, managed agents and their data

HTTPS_PROXY, HTTP_PROXY and NO_PROXY count for the download, and are kept for ifrit-agent.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 another ifrit-agent runs on that root
            5 the master refuses this machine · 6 installed, but the master did not answer yet

Examples:
  echo "$TOKEN" | sudo sh agent.sh --master https://ifrit.example.com --token-stdin
  IFRIT_ENROLLMENT_TOKEN=… sh agent.sh --master https://ifrit.example.com --no-service
  sudo sh agent.sh uninstall --purge --stop-agents
END
}

say() { printf '%s\n' "$*"; }
warn() { printf '! %s\n' "$*" >&2; }
fail() {
  code=$1 message=$2
  shift 2
  printf 'agent.sh: %s\n' "$message" >&2
  for remedy in "$@"; do printf '  %s\n' "$remedy" >&2; done
  exit "$code"
}
has() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# One word that a later `eval "set -- $words"` gives back unchanged.
quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

read_options() {
  verb=install master='' token='' token_file='' token_stdin='' fingerprint='' prefix='' root='' bin='' ca=''
  archive='' from='' enroll=1 again='' service=1 wait=1 purge='' stop_agents='' enroll_words=''
  case ${1-} in install | uninstall) verb=$1 && shift ;; esac
  while [ $# -gt 0 ]; do
    case $1 in
      --*=*)
        word=$1
        shift
        set -- "${word%%=*}" "${word#*=}" "$@"
        ;;
    esac
    case $1 in
      --help | -h) usage && exit 0 ;;
      --token-stdin) token_stdin=1 ;;
      --no-enroll) enroll='' ;;
      --enroll-again) again=1 ;;
      --no-service) service='' ;;
      --no-wait) wait='' ;;
      --purge) purge=1 ;;
      --stop-agents) stop_agents=1 ;;
      --master | --token-file | --root-fingerprint | --prefix | --root | --bin | --ca | --archive | --from | --machine-id | --type | --label)
        [ $# -ge 2 ] || fail 2 "$1 needs a value" "See: sh agent.sh --help"
        take_value "$1" "$2"
        shift
        ;;
      *) fail 2 "unknown option or word: $1" "See: sh agent.sh --help" ;;
    esac
    shift
  done
}

take_value() {
  case $1 in
    --master) master=${2%/} ;;
    --token-file) token_file=$2 ;;
    --root-fingerprint) fingerprint=$2 ;;
    --prefix) prefix=$(full_path "$2") ;;
    --root) root=$(full_path "$2") ;;
    --bin) case $2 in none) bin=none ;; *) bin=$(full_path "$2") ;; esac ;;
    --ca) ca=$(full_path "$2") ;;
    --archive) archive=$(full_path "$2") ;;
    --from) from=${2%/} ;;
    *) enroll_words="$enroll_words$1 $(quote "$2")" ;;
  esac
}

full_path() { case $1 in /*) printf %s "$1" ;; *) printf %s "$PWD/$1" ;; esac }

set_defaults() {
  if is_root; then
    : "${prefix:=/opt/ifrit-agent}" "${root:=/var/lib/ifrit}" "${bin:=/usr/local/bin}"
  else
    [ -n "${HOME-}" ] || fail 2 "HOME is not set" "Say where to: --prefix DIR --root DIR --bin none"
    : "${prefix:=$HOME/.local/lib/ifrit-agent}" "${root:=$HOME/.local/share/ifrit}" "${bin:=$HOME/.local/bin}"
  fi
  for path in "$prefix" "$root"; do
    case $path in
      / | *,*) fail 2 "$path cannot be used" "Choose a folder of its own, without a comma in its name." ;;
    esac
  done
  program=$prefix/current/ifrit-agent
}

# ---- which archive ----

find_platform() {
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail 1 "there is no ifrit-agent for $(uname -s)" "Linux, macOS and (with agent.ps1) Windows have one." ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail 1 "there is no ifrit-agent for $(uname -m)" "x86-64 and arm64 have one." ;;
  esac
  # A translated shell on an arm64 Mac says x86_64.
  if [ "$os" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then arch=arm64; fi
  platform=$os-$arch
}

find_archive() {
  line=$(printf '%s\n' "$archives" | grep "^$platform " || :)
  if [ -z "$line" ]; then
    fail 1 "this installer has no ifrit-agent for $platform" \
      "Whoever runs the master builds it (npm run agent:build -- --target $platform);" \
      "then take agent.sh from the master again."
  fi
  # shellcheck disable=SC2086 # the line is split into its words on purpose
  set -- $line
  version=$2 sha256=$3 bytes=$4 unpacked=$5
  dest=$prefix/versions/$version-$(printf %.12s "$sha256")
}

digest_of() {
  if has sha256sum; then sha256sum <"$1"
  elif has shasum; then shasum -a 256 <"$1"
  elif has openssl; then openssl dgst -sha256 -r <"$1"
  else fail 1 "no program here computes a sha256" "Install coreutils (sha256sum) or openssl."
  fi | cut -c1-64
}

size_of() { wc -c <"$1" | tr -d ' '; }

fetch() {
  if has curl; then
    set -- "$1" "$2" -fL --retry 3 --connect-timeout 20
    [ -z "$ca" ] || set -- "$@" --cacert "$ca"
    if [ -t 2 ]; then set -- "$@" --progress-bar; else set -- "$@" -sS; fi
    url=$1 file=$2
    shift 2
    curl "$@" -o "$file" "$url"
  elif has wget; then
    if [ -n "$ca" ]; then wget -q --ca-certificate="$ca" -O "$2" "$1"; else wget -q -O "$2" "$1"; fi
  else
    fail 1 "neither curl nor wget is installed" "Install one, or download the archive and give it with --archive FILE."
  fi
}

# ---- the program ----

check_room() {
  there=$1
  while [ ! -d "$there" ]; do there=$(dirname "$there"); done
  free=$(df -Pk "$there" | awk 'NR == 2 { print $4 }')
  need=$(((bytes + unpacked) / 1024 + 1024))
  if [ "${free:-$need}" -lt "$need" ]; then
    fail 1 "the disk that holds $there has $((free / 1024)) MiB free; $((need / 1024)) MiB are needed" \
      "Make room, or choose another --prefix."
  fi
}

make_folder() {
  mkdir -p "$1" 2>/dev/null && [ -w "$1" ] && return
  if is_root; then fail 1 "$1 cannot be written" "Is its file system mounted read-only?"; fi
  fail 1 "$1 cannot be written by $(id -un)" "Run this as root, or choose --prefix, --root and --bin that this user may write."
}

install_program() {
  if [ "$(cat "$dest/.complete" 2>/dev/null)" = "$sha256" ]; then
    say "ifrit-agent $version for $platform is in place."
  else
    [ -n "$archive$from$master" ] || fail 2 "--master is missing" "Or give the file: --archive FILE."
    check_room "$prefix"
    make_folder "$prefix/versions"
    staging=$prefix/.staging.$$
    trap 'rm -rf "$staging"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir "$staging"
    obtain_archive "$staging/archive.tar.gz"
    unpack "$staging"
    rm -rf "$dest"
    mv "$staging/files" "$dest"
    rm -rf "$staging"
    say "ifrit-agent $version for $platform is installed in $dest."
  fi
  switch_current
  link_command
}

obtain_archive() {
  if [ -n "$archive" ]; then
    [ -r "$archive" ] || fail 1 "$archive cannot be read"
    cp "$archive" "$1"
  else
    url=${from:-$master/install/agents}/$platform/$sha256
    say "Downloading $((bytes / 1048576)) MiB from $url"
    fetch "$url" "$1" || fail 1 "$url could not be downloaded" \
      "Can this machine reach the master? HTTPS_PROXY and --ca FILE count. If it answers 404, this installer" \
      "is older than what the master has: take agent.sh from there again."
  fi
  got=$(digest_of "$1")
  if [ "$got" != "$sha256" ] || [ "$(size_of "$1")" != "$bytes" ]; then
    fail 1 "the archive is not the one that this installer is for: $(size_of "$1") bytes, sha256 $got" \
      "Expected: $bytes bytes, sha256 $sha256." \
      "Nothing was installed. Something between here and the master may have changed it."
  fi
}

unpack() {
  tar -xzf "$1/archive.tar.gz" -C "$1" || fail 1 "the archive cannot be unpacked" "Are tar and gzip installed?"
  rm -f "$1/archive.tar.gz"
  # tar keeps the owners of the archive when root unpacks it: they are root's already, this makes it certain.
  if is_root; then chown -R 0:0 "$1/files"; fi
  says=$(cd / && "$1/files/ifrit-agent" version 2>&1) || :
  case $says in
    "ifrit-agent $version "*) ;;
    *)
      fail 1 "ifrit-agent does not run here: $(printf %s "$says" | head -n 3)" \
        "On Linux it needs glibc 2.31 or newer (musl, as in Alpine, will not do) and /bin/sh;" \
        "on macOS version 12.3 or newer."
      ;;
  esac
  printf '%s\n' "$sha256" >"$1/files/.complete"
}

switch_current() {
  before=$(readlink "$prefix/current" 2>/dev/null || :)
  new=versions/$(basename "$dest")
  if [ "$before" != "$new" ]; then
    rm -f "$prefix/current.new"
    ln -s "$new" "$prefix/current.new"
    # Over the link, not into the folder that it names: -T in GNU and busybox, -h on macOS.
    mv -Tf "$prefix/current.new" "$prefix/current" 2>/dev/null || mv -fh "$prefix/current.new" "$prefix/current"
  fi
  for old in "$prefix"/versions/*; do
    case versions/$(basename "$old") in "$new" | "$before") ;; *) rm -rf "$old" ;; esac
  done
}

link_command() {
  [ "$bin" != none ] || return 0
  command_link=$bin/ifrit-agent
  if [ -e "$command_link" ] && [ "$(readlink "$command_link" 2>/dev/null)" != "$program" ]; then
    warn "$command_link is something else and stays; the command is $program"
    bin=none
    return 0
  fi
  make_folder "$bin"
  ln -sf "$program" "$command_link"
}

remember() {
  {
    printf '%s\n' "$root"
    printf '%s\n' "$bin"
  } >"$prefix/installed.new"
  mv -f "$prefix/installed.new" "$prefix/installed"
}

# ---- the machine ----

keep_environment() {
  file=$root/environment
  lines=$(
    for name in HTTP_PROXY HTTPS_PROXY NO_PROXY; do
      lower=$(printf %s "$name" | tr '[:upper:]' '[:lower:]')
      eval "value=\${$name-\${$lower-}}"
      # shellcheck disable=SC2154 # eval sets it
      [ -z "$value" ] || printf '%s=%s\n' "$name" "$value"
    done
    if [ -n "$ca" ]; then printf 'DENO_CERT=%s\n' "$root/ca.pem"; fi
  )
  [ -z "$ca" ] || cp "$ca" "$root/ca.pem"
  [ -n "$lines" ] || return 0
  # A proxy's address may hold a password.
  (umask 077 && printf '%s\n' "$lines" >"$file.new")
  mv -f "$file.new" "$file"
}

read_token() {
  if [ -n "$token_stdin" ]; then
    [ -f "$0" ] || fail 2 "--token-stdin cannot be used while the script itself comes from standard input" \
      "Put the token into IFRIT_ENROLLMENT_TOKEN."
    IFS= read -r token || [ -n "$token" ] || fail 2 "standard input holds no token"
  elif [ -n "${token_file:-${IFRIT_ENROLLMENT_TOKEN_FILE-}}" ]; then
    token_file=${token_file:-$IFRIT_ENROLLMENT_TOKEN_FILE}
    [ -r "$token_file" ] || fail 2 "$token_file cannot be read"
    token=$(head -n 1 "$token_file")
  else
    token=${IFRIT_ENROLLMENT_TOKEN-}
  fi
  unset IFRIT_ENROLLMENT_TOKEN
}

ask_for_token() {
  [ -z "$token" ] || return 0
  [ -t 0 ] || fail 2 "there is no enrollment token" \
    "Make one in the console (Machines, Enrol) and give it with --token-stdin, --token-file or IFRIT_ENROLLMENT_TOKEN." \
    "Or install only the program: --no-enroll."
  printf 'Enrollment token: ' >&2
  stty -echo && IFS= read -r token
  stty echo
  printf '\n' >&2
}

# Whether config.json says that this very master has been asked, and has not refused.
is_enrolled() {
  grep -q '"enrollment": *"\(accepted\|pending\)"' "$root/config.json" 2>/dev/null || return 1
  kept=$(sed -n 's/.*"masterUrl": *"\([^"]*\)".*/\1/p' "$root/config.json")
  [ "${kept%/}" = "$master" ]
}

enroll_machine() {
  if [ -z "$again" ] && is_enrolled; then
    say "This machine is enrolled with $master."
    return 0
  fi
  case $master in
    https://* | http://127.0.0.1* | http://localhost* | http://\[::1\]*) ;;
    http://*) warn "$master is not encrypted: whoever is on the way can read the token" ;;
    *) fail 2 "--master takes an http:// or https:// URL" ;;
  esac
  ask_for_token
  [ -z "$service" ] || stop_service
  eval "set -- $enroll_words"
  [ -z "$fingerprint" ] || set -- --root-fingerprint "$fingerprint" "$@"
  code=0
  IFRIT_ENROLLMENT_TOKEN=$token "$program" enroll --root "$root" --master "$master" "$@" || code=$?
  case $code in
    0) ;;
    6) unreachable=6 && warn "ifrit-agent goes on asking $master" ;;
    *)
      [ "$code" != 3 ] || warn "stop it first, or leave the enrollment as it is (without --enroll-again)"
      exit "$code"
      ;;
  esac
}

has_service_manager() {
  is_root || return 1
  if [ "$os" = darwin ]; then has launchctl; else [ -d /run/systemd/system ] && has systemctl; fi
}

stop_service() {
  has_service_manager || return 0
  if [ "$os" = darwin ]; then launchctl bootout system/io.ifrit.agent 2>/dev/null || :
  else systemctl stop ifrit-agent.service 2>/dev/null || :
  fi
}

start_service() {
  if [ -n "$service" ] && has_service_manager; then
    "$program" service install --root "$root" --program "$program"
    [ -z "$wait" ] || await_check_in
    return 0
  fi
  if [ -n "$service" ]; then say "There is no service manager that $(id -un) may use here, so nothing was started."; fi
  say "Start it, and have it started at boot, with:"
  say "  $program guard --root $root"
  if [ -n "$service" ] && ! is_root; then say "For example with a line in crontab -e:  @reboot $program guard --root $root"; fi
}

await_check_in() {
  [ -z "$unreachable" ] || return 0
  tries=0
  while [ "$tries" -lt 30 ]; do
    if "$program" status --root "$root" --json 2>/dev/null | grep -q '"lastCheckInAtMs":[0-9]'; then
      say "This machine has checked in with its master."
      return 0
    fi
    tries=$((tries + 1))
    sleep 1
  done
  warn "no check-in within half a minute: $program doctor --root $root says why"
}

install() {
  find_platform
  find_archive
  read_token
  unreachable=''
  [ -z "$enroll" ] || [ -n "$master" ] || fail 2 "--master is missing" "Or install only the program: --no-enroll."
  install_program
  remember
  [ -n "$enroll" ] || return 0
  make_folder "$root"
  keep_environment
  enroll_machine
  start_service
  exit "${unreachable:-0}"
}

# ---- and back ----

uninstall() {
  case $(uname -s) in Darwin) os=darwin ;; *) os=linux ;; esac
  if [ ! -f "$prefix/installed" ]; then
    say "There is no ifrit-agent in $prefix."
    [ -n "$purge$stop_agents" ] || return 0
  else
    root=$(sed -n 1p "$prefix/installed")
    bin=$(sed -n 2p "$prefix/installed")
  fi
  remove_service
  stop_guards
  [ -z "$stop_agents" ] || stop_managed_agents
  remove_files
}

remove_service() {
  is_root || return 0
  if [ "$os" = darwin ]; then file=/Library/LaunchDaemons/io.ifrit.agent.plist
  else file=/etc/systemd/system/ifrit-agent.service
  fi
  # Another installation's service is not ours to remove.
  [ -f "$file" ] && grep -qF "$program" "$file" || return 0
  stop_service
  if [ "$os" = linux ]; then systemctl disable ifrit-agent.service 2>/dev/null || :; fi
  rm -f "$file"
  if [ "$os" = linux ]; then systemctl daemon-reload 2>/dev/null || :; fi
  say "The service is removed."
}

# Pids of guards on this root, whatever started them.
guards() {
  if [ -d /proc/self ]; then
    for folder in /proc/[0-9]*; do
      words=$(tr '\0' '\n' 2>/dev/null <"$folder/cmdline") || continue
      case $words in *ifrit-guard*) ;; *) continue ;; esac
      [ "$(printf '%s\n' "$words" | tail -n 1)" != "$(real_root)" ] || basename "$folder"
    done
  else
    pgrep -f "ifrit-guard .* $root\$" || :
  fi
}

real_root() { (cd "$root" 2>/dev/null && pwd -P) || printf %s "$root"; }

stop_guards() {
  end_all "$(guards)" 30
}

# Pids of what ifrit-agent started on this root: it puts where they lie into their environment.
managed_processes() {
  [ -d /proc/self ] || return 0
  grep -lsF "IFRIT_AGENT_DIR=$(real_root)/agents/" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || :
}

stop_managed_agents() {
  found=$(managed_processes)
  [ -n "$found" ] || return 0
  end_all "$found" 15
  say "The managed agents are stopped."
}

# TERM, time to end, KILL.
end_all() {
  [ -n "$1" ] || return 0
  # shellcheck disable=SC2086 # pids, one word each
  kill -TERM $1 2>/dev/null || :
  left=$2
  while [ "$left" -gt 0 ]; do
    alive=''
    for pid in $1; do if kill -0 "$pid" 2>/dev/null; then alive="$alive $pid"; fi; done
    [ -n "$alive" ] || return 0
    sleep 1
    left=$((left - 1))
  done
  # shellcheck disable=SC2086
  kill -KILL $alive 2>/dev/null || :
}

remove_files() {
  if [ -f "$prefix/installed" ]; then
    if [ "$bin" != none ] && [ "$(readlink "$bin/ifrit-agent" 2>/dev/null)" = "$program" ]; then rm -f "$bin/ifrit-agent"; fi
    rm -rf "$prefix"
    say "$prefix is removed."
  fi
  if [ -z "$purge" ]; then
    [ ! -e "$root/config.json" ] || say "$root stays, with this machine's identity and its agents; --purge removes it."
    if [ -n "$(managed_processes)" ]; then say "Managed agents go on running; --stop-agents stops them."; fi
  elif [ -e "$root/config.json" ] || [ -d "$root/identity" ]; then
    rm -rf "$root"
    say "$root is removed. Take the machine out in the console, too."
  fi
}

main() {
  read_options "$@"
  set_defaults
  "$verb"
}

main "$@"
