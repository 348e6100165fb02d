"""Kinds of entries: each has its words in both languages, and its word is made of its name."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from noren.governance.ports import SAYS, Entry, EntryKind
from noren.testing.journal import MemoryJournal

AT = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("kind", EntryKind)
def test_each_kind_has_its_words(kind: EntryKind) -> None:
    said = SAYS[kind]
    assert not said.ja.isascii()
    assert re.fullmatch(r"[ -~]+", said.en)
    assert kind.value == kind.name.lower().replace("_", "-")


def test_words_differ() -> None:
    assert len({said.ja for said in SAYS.values()}) == len({said.en for said in SAYS.values()}) == len(EntryKind)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": AT.replace(tzinfo=None)},
        {"subject": b"a whole member number"},
        {"body": {"two words": 1}},
        {"body": {"fact": "x" * 501}},
        {"body": {f"fact{n}": n for n in range(33)}},
    ],
)
def test_an_entry_is_short_and_names_no_one(wrong: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        Entry(**({"kind": EntryKind.STOP, "at": AT} | wrong))  # type: ignore[arg-type]


def test_a_journal_in_memory_gives_places_in_their_order() -> None:
    journal = MemoryJournal()
    assert list(journal.append([Entry(EntryKind.STOP, AT, subject=journal.subject(b"7"))])) == [0]
    assert list(journal.append([Entry(EntryKind.RESUME, AT), Entry(EntryKind.LOOK, AT)])) == [1, 2]
