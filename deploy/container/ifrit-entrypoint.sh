#!/bin/sh
# ifrit-entrypoint [COMMAND…]: the ENTRYPOINT of an image that has ifrit-agent in it. Starts ifrit-agent, so
# that the first log lines of the container are not lost, and then becomes COMMAND. Without COMMAND it
# becomes ifrit-agent itself.
#
#   IFRIT_MASTER                  the master of this machine's cluster
#   IFRIT_ENROLLMENT_TOKEN[_FILE] the enrollment token, or a file that holds it; COMMAND does not get to see it
#   IFRIT_ROOT_FINGERPRINT        the trust root that the master must have
#   IFRIT_MACHINE_ID              by default the container's host name: /etc/machine-id is the image's
#   IFRIT_LABELS                  KEY=VALUE, several separated by spaces
#   IFRIT_ROOT                    where ifrit-agent keeps everything; /var/lib/ifrit
#   IFRIT_REQUIRED=1              end when enrollment is refused, instead of running COMMAND without ifrit-agent
#
# COMMAND is process 1. One that does not wait for orphans needs an init: docker run --init.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
program=$here/ifrit-agent
root=${IFRIT_ROOT:-/var/lib/ifrit}

say() { printf 'ifrit-entrypoint: %s\n' "$*" >&2; }

# Whether that very master has been asked, and has not refused.
is_known() {
  grep -q '"enrollment": *"\(accepted\|pending\)"' "$root/config.json" 2>/dev/null || return 1
  master=$(sed -n 's/.*"masterUrl": *"\([^"]*\)".*/\1/p' "$root/config.json")
  [ "${master%/}" = "${IFRIT_MASTER%/}" ]
}

# The code with which enrollment ended.
enroll() {
  token=${IFRIT_ENROLLMENT_TOKEN-}
  if [ -z "$token" ] && [ -n "${IFRIT_ENROLLMENT_TOKEN_FILE-}" ]; then
    token=$(head -n 1 "$IFRIT_ENROLLMENT_TOKEN_FILE")
  fi
  set -- --root "$root" --master "$IFRIT_MASTER" --machine-id "${IFRIT_MACHINE_ID:-$(uname -n)}"
  [ -z "${IFRIT_ROOT_FINGERPRINT-}" ] || set -- "$@" --root-fingerprint "$IFRIT_ROOT_FINGERPRINT"
  for label in ${IFRIT_LABELS-}; do set -- "$@" --label "$label"; done
  IFRIT_ENROLLMENT_TOKEN=$token "$program" enroll "$@" >&2
}

starts=1
if [ -z "${IFRIT_MASTER-}" ] && [ ! -f "$root/config.json" ]; then
  say "IFRIT_MASTER is not set, so ifrit-agent is not started"
  code=4 starts=''
elif [ -n "${IFRIT_MASTER-}" ] && ! is_known; then
  code=0
  enroll || code=$?
  # 6: the master did not answer yet; ifrit-agent goes on asking.
  case $code in 0 | 6) ;; *) starts='' ;; esac
fi
unset IFRIT_ENROLLMENT_TOKEN IFRIT_ENROLLMENT_TOKEN_FILE

if [ -z "$starts" ] && { [ $# -eq 0 ] || [ "${IFRIT_REQUIRED-}" = 1 ]; }; then exit "$code"; fi
[ $# -gt 0 ] || exec "$program" guard --root "$root"
if [ -n "$starts" ]; then "$program" guard --root "$root" </dev/null >&2 & fi
exec "$@"
