"""The register at an instant, and its documents' one JSON text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.governance.documents import NotADocument, decode, decode_body, encode, encode_body
from noren.governance.flows import Flow, Joins
from noren.governance.notices import Notice, NoticeKind, Responsible, Terms
from noren.governance.parties import Handling, Party, PartyKind, Vetting
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.regimes import Regime
from noren.governance.register import Body, Document, DocumentKind, register_at
from noren.governance.routes import ROUTE_SAYS, Route
from noren.kernel.say import Say

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY = timedelta(days=1)
SAY = Say("共同利用", "joint use")
PARTY = Party(
    "C05",
    PartyKind.GROUP,
    SAY,
    vetted=Vetting(NOW.date(), "P. Officer", "R-12"),
    handles=Handling(frozenset({"phone", "name"}), "counter"),
    group_since=NOW,
)
NOTICE = Notice(
    "joint",
    NoticeKind.JOINT_USE,
    frozenset({"pseudonym", "shop", "amount"}),
    frozenset({"C05", "C06"}),
    frozenset({"group-marketing"}),
    Responsible("運営", "東京都", "代表"),
    SAY,
)
FLOW = Flow("f1", "group-marketing", "C05", frozenset({"shop"}), Route.JOINT_USE, "joint", Joins.CELLS, "email")
BODIES: list[tuple[DocumentKind, Body]] = [
    (DocumentKind.PARTY, PARTY),
    (DocumentKind.NOTICE, NOTICE),
    (DocumentKind.FLOW, replace(FLOW, evidence={"contract": "K-1"})),
    (DocumentKind.TERMS, Terms(SAY, "ab" * 32)),
    (DocumentKind.REGIME, Regime()),
    *((DocumentKind.PURPOSE, purpose) for purpose in PURPOSES.values()),
]


def document(body: Body | None, version: int = 1, at: datetime = NOW, name: str = "C05") -> Document:
    return Document(DocumentKind.PARTY, name, version, at, at, body)


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[body.id for _, body in BODIES])
def test_a_document_is_one_text(kind: DocumentKind, body: Body) -> None:
    one = Document(kind, body.id, 3, NOW, NOW + DAY, body)
    assert decode(encode(one)) == one
    assert encode(decode(encode(one))) == encode(one)
    assert decode_body(kind, encode_body(body)) == body


def test_sets_and_keys_are_in_order_whatever_order_they_were_made_in() -> None:
    other = replace(NOTICE, items=frozenset(sorted(NOTICE.items, reverse=True)))
    assert encode_body(other) == encode_body(NOTICE)
    assert b'"items":["amount","pseudonym","shop"]' in encode_body(NOTICE)


def test_a_removal_comes_back_as_one() -> None:
    assert decode(encode(document(None))) == document(None)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{}",
        b"null",
        encode(document(PARTY)).replace(b'"version":1', b'"version":0'),
        encode(document(PARTY)).replace(b'"id":"C05"', b'"id":"C07"', 1),
        encode(document(PARTY)).replace(b'"kind":"group"', b'"kind":"friend"'),
        encode(document(PARTY)).replace(b'"party"', b'"notice"'),
        encode(document(PARTY)).replace(b"2026-11-26T03:00:00Z", b"2026-11-26T03:00:00"),
    ],
)
def test_what_is_no_document_is_not_taken_for_one(broken: bytes) -> None:
    with pytest.raises(NotADocument):
        decode(broken)


def test_what_comes_is_known_and_holds_from_its_instant_on() -> None:
    tomorrow = document(PARTY, at=NOW + DAY)
    found = register_at([tomorrow], NOW).parties["C05"]
    assert not found.holds(NOW + DAY - timedelta(microseconds=1))
    assert found.holds(NOW + DAY)


def test_a_later_version_ends_an_earlier_one_even_one_that_lies_ahead() -> None:
    urgent = replace(PARTY, country="US")
    versions = [document(PARTY), document(PARTY, 2, NOW + 30 * DAY), document(urgent, 3, NOW + DAY)]
    assert register_at(versions, NOW).parties["C05"].until == NOW + DAY
    for at in (NOW + DAY, NOW + 40 * DAY):
        found = register_at(versions, at).parties["C05"]
        assert (found.value, found.until) == (urgent, None)


def test_what_was_removed_is_still_named_and_holds_no_more() -> None:
    found = register_at([document(PARTY), document(None, 2, NOW + DAY)], NOW + DAY).parties["C05"]
    assert found.value == PARTY
    assert found.until == NOW + DAY
    assert not found.holds(NOW + DAY)
    back = register_at([document(PARTY), document(None, 2, NOW), document(PARTY, 3, NOW + DAY)], NOW)
    assert back.parties["C05"].version == 3


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=6),
    st.integers(-1, 6),
)
def test_at_most_one_version_holds_and_it_is_the_newest_that_has_begun(
    given_versions: list[tuple[int, bool]], day: int
) -> None:
    versions = [
        document(PARTY if stands else None, number, NOW + days * DAY)
        for number, (days, stands) in enumerate(given_versions, 1)
    ]
    at = NOW + day * DAY
    found = register_at(versions, at).parties.get("C05")
    begun = [each for each in versions if each.effective_at <= at]
    newest = max(begun, key=lambda each: each.version, default=None)
    holds = newest is not None and newest.body is not None
    assert (found is not None and found.holds(at)) == holds
    if holds and found is not None and newest is not None:
        assert found.version == newest.version


def test_the_words_stand_in_both_languages() -> None:
    texts = [*ROUTE_SAYS.values(), *(item.name for item in ITEMS.values())]
    texts += [text for purpose in PURPOSES.values() for text in (purpose.name, purpose.says)]
    assert set(ROUTE_SAYS) == set(Route)
    assert all(text.ja and text.en and text.ja != text.en for text in texts)
