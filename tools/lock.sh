#!/usr/bin/env bash
# lock.sh: renew requirements/*.txt from pyproject.toml. core.txt is the core alone, at the versions of all.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" "$@"
}
lock pyproject.toml requirements/build.in --all-extras -o requirements/all.txt
lock pyproject.toml -c requirements/all.txt -o requirements/core.txt
! grep -nE '://' requirements/*.txt || { echo "An address stands in a lock file."; exit 1; }
