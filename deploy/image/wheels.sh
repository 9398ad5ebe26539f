#!/bin/sh
# wheels.sh SOURCE TO: every package of deploy/image/requirements.lock, and roots itself, as wheels for any x86-64 machine with AVX2.
set -eu
source=$1 to=$2 lock=$1/deploy/image/requirements.lock
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# fasttext's setup.py says -march=native: on a worker of another kind that is an illegal instruction, and scores in other last digits.
python -m pip download --quiet --no-deps --no-binary :all: --dest "$work" "$(grep '^fasttext==' "$lock")"
tar -xzf "$work"/fasttext-*.tar.gz -C "$work"
sed -i 's/-march=native/-march=x86-64-v3/' "$work"/fasttext-*/setup.py
grep -q 'march=x86-64-v3' "$work"/fasttext-*/setup.py
python -m pip wheel --quiet --no-deps --wheel-dir "$to" "$work"/fasttext-*/
grep -v '^fasttext==' "$lock" > "$work/others.txt"
python -m pip wheel --quiet --no-deps --wheel-dir "$to" --requirement "$work/others.txt"
python -m pip wheel --quiet --no-deps --wheel-dir "$to" "$source"
