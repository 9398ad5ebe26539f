#!/bin/sh
# warm.sh: compiles everything that a build needs, by building the sample that the package carries; fails when the build does not hold.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
roots init workspace
cd workspace
roots build sample --to "$work/run" --as-of 2026-11-21
roots verify "$work/run"
ls "${NUMBA_CACHE_DIR:?}"/* > /dev/null
