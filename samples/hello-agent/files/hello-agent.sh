#!/bin/sh
# Writes "<version> <pid> <seconds since 1970>" to heartbeat in its data folder, every second.
set -u
folder=${IFRIT_AGENT_DATA_DIR:?is set by ifrit-agent}
version=${IFRIT_AGENT_VERSION:-unknown}

mkdir -p "$folder" || exit 1
trap 'echo "hello-agent $version: stopping"; exit 0' TERM INT

echo "hello-agent $version: started as $$"
while :; do
  # By way of a second file, so that a reader never sees half a line.
  echo "$version $$ $(date +%s)" >"$folder/heartbeat.tmp" &&
    mv "$folder/heartbeat.tmp" "$folder/heartbeat"
  # A signal ends `wait` at once, but would be held back while a foreground sleep runs.
  sleep 1 &
  wait $!
done
