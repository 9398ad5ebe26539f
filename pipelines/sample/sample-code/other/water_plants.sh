#!/bin/sh
# Opens the valve when the ground is dry; run from cron, once an hour.
set -eu

sensor=${SENSOR:-/dev/null}
limit=${LIMIT:-300}
seconds=${SECONDS_OPEN:-20}

reading=$(head -n 1 "$sensor" 2>/dev/null || true)
case $reading in
  ''|*[!0-9]*)
    echo "no reading from $sensor" >&2
    exit 1
    ;;
esac

if [ "$reading" -ge "$limit" ]; then
  echo "wet enough: $reading"
  exit 0
fi

echo "dry: $reading, opening the valve for $seconds seconds"
trap 'echo close > "${VALVE:-/dev/null}"' EXIT INT TERM
echo open > "${VALVE:-/dev/null}"
sleep "$seconds"
