"""A register read at any instant never changes after the fact, whatever is announced later; each store says the same.

The negative control announces with a date that is past: without the rule, yesterday would change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.announcing_world import DAY, FOUNDED, GROUP, JOINT, KINDS, NOW, TERMS, world

from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.store import AnnouncedMeanwhile, DocumentStore, text_sha256
from noren.governance.register import Body, Document, DocumentKind, Register, register_at
from noren.house.databases import database_name
from noren.house.documents import open_documents
from noren.kernel.say import Say
from noren.testing.databases import EngineName, a_home_on
from noren.testing.postgres import shared_server

BODIES: list[Body] = [
    *(replace(JOINT, text=Say(word, word)) for word in ("a", "b")),
    replace(JOINT, purposes=frozenset({"statistics"})),
    replace(JOINT, items=frozenset({"shop"})),
    *(replace(GROUP, address=word) for word in ("大阪", "神戸")),
    replace(TERMS, text_sha256=text_sha256(Say("第2条", "Article 2"))),
]
TEXTS = frozenset(body.text_sha256 for body in BODIES if isinstance(body, type(TERMS)))
STEP = st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(-20, 60)), st.sampled_from(BODIES), st.booleans())


def steps(given_steps: list[tuple[int, int | None, Body, bool]]) -> Iterator[tuple[datetime, Wanted]]:
    """Yield announcements, one after the other in time."""
    now = NOW
    for days, effective, body, gone in given_steps:
        now += timedelta(days=days, microseconds=1)
        at = None if effective is None else now + effective * DAY
        yield now, Wanted(KINDS[type(body)], body.id, None if gone else body, at, new_consent=True)


def in_force(documents: list[Document], at: datetime) -> Register:
    """Return what holds at an instant, without what was announced to come."""
    return register_at([each for each in documents if each.effective_at <= at], at)


def told(register: Register) -> list[Any]:
    many = (register.parties, register.purposes, register.notices, register.flows)
    dated = [each for found in many for each in found.values()] + [register.terms, register.regime]
    return sorted((each.value.id, each.version) for each in dated if each is not None and each.holds(register.at))


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12))
def test_what_was_in_force_stays_what_it_was(given_steps: list[tuple[int, int | None, Body, bool]]) -> None:
    documents = world()
    seen: dict[datetime, list[Any]] = {FOUNDED: told(in_force(documents, FOUNDED))}
    for now, wanted in steps(given_steps):
        seen[now - timedelta(microseconds=1)] = told(in_force(documents, now - timedelta(microseconds=1)))
        done = plan(documents, [wanted], now=now, texts=TEXTS)[0]
        if isinstance(done, Planned):
            assert done.document.effective_at >= now
            documents.append(done.document)
        assert {at: told(in_force(documents, at)) for at in seen} == seen


def test_a_version_dated_back_would_be_seen() -> None:
    documents = world()
    before = told(in_force(documents, NOW))
    documents.append(Document(DocumentKind.PARTY, "C05", 2, NOW - DAY, NOW - DAY, None))
    assert told(in_force(documents, NOW)) != before


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DocumentStore]:
    engine: EngineName = request.param
    made = DocumentStore(tmp_path / "register.db") if engine == "sqlite" else open_documents(_home(), "desk")
    yield made
    made.close()


def _home() -> Any:
    home = a_home_on("postgresql")
    with shared_server().connect(database_name(home, "governance")) as connection:
        connection.execute("TRUNCATE document, terms_text")
    return home


def test_a_store_gives_back_what_was_announced(store: DocumentStore) -> None:
    text = Say("第2条", "Article 2")
    store.add(world(), [text, text])
    order = attrgetter("kind", "id", "version")
    assert sorted(store.documents(), key=order) == sorted(world(), key=order)
    assert store.texts() == {text_sha256(text): text}
    assert store.register(NOW) == register_at(world(), NOW)
    terms = store.terms_at(NOW)
    assert terms is not None
    assert terms.value == TERMS
    assert store.terms_at(FOUNDED - DAY) is None


def test_a_version_is_added_once_and_all_or_none(store: DocumentStore) -> None:
    first = Document(DocumentKind.PARTY, "C05", 1, NOW, NOW, GROUP)
    store.add([first])
    with pytest.raises(AnnouncedMeanwhile):
        store.add([replace(first, version=2), first], [Say("あ", "a")])
    assert store.documents() == [first]
    assert store.texts() == {}
