#!/usr/bin/env bash
# env.sh PYTHON VENV LOCK...: make the environment, unless the one that stands was made from these very files.
set -euo pipefail
python=$1 venv=$2; shift 2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { echo "Python 3.11 or newer is needed as '$python'; name another with: make env PYTHON=python3.12"; exit 1; }

stamp="$("$python" -c 'import sys; print(sys.version)') $(pwd) $(cat "$@" | sha256sum)"
[ "$(cat "$venv/.made-from" 2>/dev/null)" = "$stamp" ] && exit 0

"$python" -c 'import ensurepip' 2>/dev/null || "$(dirname "$0")/need.sh" python3-venv
# A half-made environment is not mended but made again.
rm -rf "$venv"
echo "Making $venv (a minute or two) ..."
"$python" -m venv "$venv"
"$venv/bin/pip" install -qq --disable-pip-version-check --require-hashes -r requirements/all.txt
"$venv/bin/pip" install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
printf '%s\n' "$stamp" > "$venv/.made-from"
echo "$venv is ready: $("$venv/bin/python" -V), $("$venv/bin/pip" list 2>/dev/null | tail -n +3 | wc -l) packages."
