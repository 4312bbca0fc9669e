#!/bin/sh
# ifrit-guard PROGRAM ROOT: keeps ifrit-agent running, and tries a new version of it before it counts.
#
# The guard is a shell script so that it weighs next to nothing and has nothing to go wrong. It and
# ifrit-agent speak through files in ROOT/self:
#   trial      written by ifrit-agent: the version to try; then it ends with exit code 20
#   tries      written by the guard: how often that version has been started
#   healthy    written by ifrit-agent once its master has answered: its version
#   heartbeat  touched by ifrit-agent: it is not stuck
#   verdict    written by the guard: "committed VERSION", or "rolledBack VERSION" and a line why
#   guard      written by the guard: its pid. An ifrit-agent whose guard is gone ends once another is named
# `current` moves only with the commit, so whatever happens during a trial, the version that is known to
# be good is the one that starts next.

set -u
if [ "${1-}" = --check ]; then
  echo ifrit-guard 1
  exit 0
fi
program=$1 root=$2
home=$root/agents/ifrit-agent state=$root/self
settle_seconds=${IFRIT_GUARD_SETTLE_SECONDS:-60}
trial_seconds=${IFRIT_GUARD_TRIAL_SECONDS:-300}
watch_seconds=${IFRIT_GUARD_WATCH_SECONDS:-60}
tries_max=3 locked_code=3
child= dog= stopping= locked=0

say() { printf '%s guard %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }

on_stop() {
  stopping=1
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}
trap on_stop TERM INT HUP

good_program() {
  if [ -x "$home/current/files/ifrit-agent" ]; then echo "$home/current/files/ifrit-agent"; else echo "$program"; fi
}

start() {
  rm -f "$state/healthy" "$state/steady" 2>/dev/null
  "$1" run --root "$root" --guarded &
  child=$!
}

# Sets $code. A trapped signal interrupts wait(1), so it is asked again until the child is gone.
await() {
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
}

end_child() {
  kill -TERM "$child" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$child" 2>/dev/null || break
    sleep 1
  done
  kill -KILL "$child" 2>/dev/null
  await
}

# Another ifrit-agent holds the root, left by a guard that was killed. It ends by itself once it sees
# our pid; one that is stuck is killed, unless its guard lives: then this one here is too many.
await_holder() {
  locked=$((locked + 1))
  if [ "$locked" -ge $((3 * watch_seconds)) ] && [ -n "$former" ] && ! kill -0 "$former" 2>/dev/null; then
    locked=0
    for process in /proc/[0-9]*; do
      words=$(tr '\0' '\n' <"$process/cmdline" 2>/dev/null)
      echo "$words" | grep -Fxq -- "$root" && echo "$words" | grep -Fxq -e --guarded || continue
      say "an ifrit-agent of the guard before is stuck and is killed"
      kill -KILL "${process#/proc/}"
    done
  fi
  sleep 1 &
  wait $!
}

# A worker that is alive but stuck is killed. On a disk that takes no heartbeat nobody is.
watchdog() {
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  missed=0
  touch "$state/seen" 2>/dev/null
  while :; do
    sleep "$watch_seconds" & nap=$!
    wait "$nap"
    : >"$state/steady"
    if [ "$state/heartbeat" -nt "$state/seen" ]; then missed=0; else missed=$((missed + 1)); fi
    touch "$state/seen" || missed=0
    if [ "$missed" -ge 3 ]; then
      say "ifrit-agent is stuck and is killed"
      kill -KILL "$1"
      exit 0
    fi
  done 2>/dev/null
}

verdict() {
  printf '%s\n' "$*" >"$state/verdict.new"
  sync "$state/verdict.new" 2>/dev/null
  mv -f "$state/verdict.new" "$state/verdict"
  rm -f "$state/trial" "$state/tries"
  say "$*"
}

# The next guard must at least parse and answer; this one is known to be good.
hand_over_guard() {
  next=$home/current/files/ifrit-guard
  if [ "$(sh "$next" --check 2>/dev/null)" = "ifrit-guard 1" ]; then
    exec sh "$next" "$program" "$root"
  fi
}

# Over a link, not into the folder that it names: -T in GNU and busybox, -h on macOS.
move_link() { mv -Tf "$1" "$2" 2>/dev/null || mv -fh "$1" "$2"; }

commit() {
  rm -f "$home/current.new"
  if ln -s "versions/$1" "$home/current.new" && move_link "$home/current.new" "$home/current"; then
    sync "$home" 2>/dev/null
    verdict "committed $1"
  else
    verdict "rolledBack $1
the link to it cannot be made"
  fi
  end_child
}

# One start of the version on trial. It is good once it has been healthy for the settle time.
try() {
  new=$home/versions/$1/files/ifrit-agent
  tries=$(cat "$state/tries" 2>/dev/null || echo 0)
  if [ "$tries" -ge "$tries_max" ]; then
    verdict "rolledBack $1
it ended $tries times before it was proven, last with exit code $(cat "$state/code" 2>/dev/null)"
    return
  fi
  if [ "$(readlink "$home/current")" = "versions/$1" ]; then
    # The guard before us was interrupted right after the link had moved.
    verdict "committed $1"
    return
  fi
  if [ ! -x "$new" ]; then
    verdict "rolledBack $1
its program is missing"
    return
  fi
  echo $((tries + 1)) >"$state/tries"
  say "version $1 is tried, $((tries + 1)). time"
  start "$new"
  waited=0 well=0
  while sleep 1; kill -0 "$child" 2>/dev/null; do
    if [ -n "$stopping" ]; then end_child; break; fi
    waited=$((waited + 1))
    if [ "$(cat "$state/healthy" 2>/dev/null)" = "$1" ]; then well=$((well + 1)); fi
    if [ "$well" -ge "$settle_seconds" ]; then
      commit "$1"
      hand_over_guard
      return
    fi
    if [ "$well" = 0 ] && [ "$waited" -ge "$trial_seconds" ]; then
      end_child
      verdict "rolledBack $1
it did not check in within $trial_seconds s"
      return
    fi
  done
  if [ -n "$stopping" ]; then
    # Being stopped is not the version's fault.
    echo "$tries" >"$state/tries"
    return
  fi
  await
  if [ "$code" = "$locked_code" ]; then
    echo "$tries" >"$state/tries"
    await_holder
    return
  fi
  echo "$code" >"$state/code"
  say "version $1 ended with exit code $code while on trial"
}

mkdir -p "$state" 2>/dev/null
former=$(cat "$state/guard" 2>/dev/null)
[ "$former" != $$ ] || former=
{ echo $$ >"$state/guard.new" && mv -f "$state/guard.new" "$state/guard"; } 2>/dev/null
crashes=0
while [ -z "$stopping" ]; do
  version=$(cat "$state/trial" 2>/dev/null)
  if [ -n "$version" ]; then
    try "$version"
    continue
  fi
  start "$(good_program)"
  watchdog "$child" &
  dog=$!
  await
  kill -TERM "$dog" 2>/dev/null
  wait "$dog" 2>/dev/null
  [ -z "$stopping" ] || break
  [ "$code" != 20 ] || continue
  if [ "$code" = "$locked_code" ]; then await_holder; continue; fi
  locked=0
  [ ! -e "$state/steady" ] || crashes=0
  crashes=$((crashes + 1))
  pause=$crashes
  [ "$pause" -le 30 ] || pause=30
  say "ifrit-agent ended with exit code $code and is started again in $pause s"
  sleep "$pause" &
  wait $!
done
exit 0
