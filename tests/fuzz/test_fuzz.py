"""Coverage-guided fuzzing of what comes from outside: the till's bodies and batches, files and cells, conditions.

Each harness runs in a process of its own (atheris instruments what it imports), a fixed number of
runs in the gate, minutes at night. What was found and mended stands in ``test_findings.py``.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NIGHT = bool(os.environ.get("NOREN_NIGHT"))
RUNS = {"till_body": 10_000, "till_batch": 1_500, "tables": 2_000, "cells": 10_000, "conditions": 3_000}
NIGHT_SECONDS = 600
FOUND = 77  # libFuzzer's exit code when a harness raised
# libFuzzer holds the process's highest memory against its limit, and Linux starts a child's mark at what
# its parent held when the child was made. A shell in between holds little, whatever this worker once held.
BY_A_SHELL = ("/bin/sh", "-c", '"$@"; exit $?', "sh")
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
HELD_MIB = 512
# A process that held much, and starts the command that it is given.
LARGE = f"import subprocess, sys; held = bytes([1]) * ({HELD_MIB} << 20); subprocess.run(sys.argv[1:], check=True)"


def fuzz(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.harness", name, "-max_len=1024", "-verbosity=0", *options]
    return subprocess.run([*BY_A_SHELL, *command], cwd=ROOT, capture_output=True, text=True)


def seed() -> int:
    chosen = random.SystemRandom().randrange(1, 2**31)
    print(f"seed {chosen}")
    return chosen


@pytest.mark.parametrize("name", RUNS)
def test_nothing_breaks_it(name: str) -> None:
    """The gate's seed is fixed: a change is judged by its own faults; the night looks for new ones."""
    if NIGHT:
        done = fuzz(name, f"-max_total_time={NIGHT_SECONDS}", f"-seed={seed()}")
    else:
        done = fuzz(name, f"-runs={RUNS[name]}", "-seed=20261125")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.parametrize("name", RUNS)
def test_a_planted_fault_is_found(name: str) -> None:
    """The negative control: each harness with something broken on purpose, within the gate's runs."""
    done = fuzz(name, f"-runs={RUNS[name]}", "-seed=20261125", "--broken")
    assert done.returncode == FOUND, done.stdout[-3000:] + done.stderr[-1000:]
    assert "Uncaught Python exception" in done.stdout


@pytest.mark.parametrize(("between", "inherits"), [((), True), (BY_A_SHELL, False)])
def test_a_harness_is_not_charged_with_the_memory_of_who_started_it(between: tuple[str, ...], inherits: bool) -> None:
    """Started directly, a child's mark stands at its parent's memory: this is what the shell is for."""
    child = (sys.executable, "-c", PEAK)
    done = subprocess.run((sys.executable, "-c", LARGE, *between, *child), capture_output=True, text=True, check=True)
    assert (int(done.stdout) >= HELD_MIB) is inherits, f"{done.stdout.strip()} MiB"
