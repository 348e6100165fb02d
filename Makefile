# The two commands are `make demo` and `make test`; CONTRIBUTING.md says what the others are for.
# No address stands here: pip uses whatever index this machine is set up for.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements/all.txt pyproject.toml
ARGS ?=
PYTEST_ARGS ?= -n 2

.PHONY: help env demo static check test format lock bench night clean system-test

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env:  ## make .venv from the hash-locked requirements; nothing to do when nothing changed
	@tools/env.sh "$(PYTHON)" "$(VENV)" $(LOCKS)

demo: env  ## a programme with a real year of purchases, then every door open (ARGS=--exit to leave after the summary)
	@$(BIN)/noren demo $(ARGS)

static: env  ## format, lint, types, import walls
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; mend with: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pyright

check: static  ## static and unit tests: under 90 seconds
	@$(BIN)/pytest -q $(PYTEST_ARGS) tests/unit

test: system-test static  ## everything CI runs
	@$(BIN)/pytest -q $(PYTEST_ARGS) tests

system-test: env  ## what the tests need of the system: chromium, a Japanese font, PostgreSQL, FUSE, Java, curl
	@tools/need.sh chromium:chromium fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc \
		postgresql:/usr/lib/postgresql fuse3:fusermount3 openjdk-17-jre-headless:java curl:curl

format: env  ## write the code the way `check` wants it
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

lock:  ## renew the requirements (needs uv); commits names, versions and hashes, never an address
	@tools/lock.sh

bench: env  ## every benchmark that stands in bench/
	@for each in bench/bench_*.py; do [ -e "$$each" ] || continue; $(BIN)/python "$$each" $(ARGS); done

bench-%: env
	@$(BIN)/python bench/bench_$*.py $(ARGS)

night: env system-test  ## the long versions of the random tests: hours
	@NOREN_NIGHT=1 $(BIN)/pytest -q $(PYTEST_ARGS) tests

clean:  ## remove what these targets made; a home is never touched
	@rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis src/*.egg-info
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
