"""What the conformance suites of the ledger run on: every engine, a fresh ledger per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from noren.activity.ports import AuditFeed, LedgerStore
from noren.testing.ledger_engines import ENGINES, LedgerPlace, ledger_place


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerPlace]:
    made = ledger_place(request.param, tmp_path)
    yield made
    made.remove()


@pytest.fixture
def store(place: LedgerPlace) -> Iterator[LedgerStore]:
    opened = place.store()
    yield opened
    opened.close()


@pytest.fixture
def feed(place: LedgerPlace) -> Iterator[AuditFeed]:
    opened = place.feed()
    yield opened
    opened.close()
