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


def fuzz(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.harness", name, "-max_len=1024", "-verbosity=0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


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
