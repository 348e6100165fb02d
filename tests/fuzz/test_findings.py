"""What the fuzzers found and was mended, each as the bytes that showed it; run plainly, without atheris."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.fuzz import cells, tables, till_batch, till_body

FINDINGS: dict[str, tuple[Any, bytes]] = {
    "a file without a header: the card number of its first row was shown as a column's name": (
        tables,
        b"\0\x012980001234567890,m-1\n",
    ),
    "NDJSON whose keys are card numbers": (tables, b'\5\1{"card":"1"}\n{"2980001234567890":"m"}\n'),
    "NDJSON, a card number as the key of an array": (tables, b'\5\1{"2980001234567890":[1]}\n'),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_stays_mended(name: str) -> None:
    harness, data = FINDINGS[name]
    harness.make()(data)


SEEDS = [(harness, seed) for harness in (cells, tables, till_batch, till_body) for seed in harness.SEEDS]


@pytest.mark.parametrize(("harness", "seed"), SEEDS)
def test_a_seed_passes(harness: Any, seed: bytes) -> None:
    one: Callable[[bytes], None] = harness.make()
    one(seed)
