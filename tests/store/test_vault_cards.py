"""Cards: lost, blocked, found, reissued; members merged. The ledger side always hears the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.governance.ports import EntryKind
from noren.identity.cards import NEW_CARD_TAKEN, UNKNOWN_CARD, UNKNOWN_MEMBER, add_cards, reissue_card, set_card_state
from noren.identity.errors import KeyMissing
from noren.identity.merging import SAME_MEMBER, merge_members
from noren.identity.model import MAX_CARDS_PER_MEMBER, CardState, Refused
from noren.identity.queries import link_token_of, summary, who_am_i
from noren.identity.sign_in import set_password, sign_in
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say
from noren.testing.databases import ENGINES
from noren.testing.journal import MemoryJournal
from noren.testing.vault import a_row

ONE, TWO, NEW = a_row(1), a_row(2), "2980001888888888"


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, engine=request.param)
    made.enrol(ONE, TWO)
    yield made
    assert made.findings() == []
    made.vault.close()


def states(house: House, row: dict[str, object]) -> dict[str, CardState]:
    return house.side.with_card(str(row["card"])).cards


def test_lost_and_found(house: House) -> None:
    assert set_card_state(house.vault, card=card(ONE), state=CardState.LOST) == "changed"
    assert states(house, ONE) == {ONE["card"]: CardState.LOST}
    assert set_card_state(house.vault, card=card(ONE), state=CardState.LOST) == "same"
    assert set_card_state(house.vault, card=card(ONE), state=CardState.ACTIVE) == "changed"
    assert states(house, ONE) == {ONE["card"]: CardState.ACTIVE}
    assert set_card_state(house.vault, card=CardNumber(NEW), state=CardState.LOST) == UNKNOWN_CARD


def test_what_became_of_a_card_stands_in_the_log_once_and_names_neither_card_nor_number(house: House) -> None:
    journal = MemoryJournal()
    vault = replace(house.vault, journal=journal)
    tag, other = (journal.subject(house.row_of(card(each))) for each in (ONE, TWO))
    for state in (CardState.LOST, CardState.LOST, CardState.BLOCKED, CardState.ACTIVE):
        set_card_state(vault, card=card(ONE), state=state)
    set_card_state(vault, card=CardNumber("2980001777777777"), state=CardState.LOST)
    for _ in range(2):
        reissue_card(vault, card=card(ONE), new_card=CardNumber(NEW))
        merge_members(vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002"))
    told = [(each.kind, each.body, each.subject) for each in journal.entries]
    said = [("lost", tag), ("blocked", tag), ("active", tag), ("reissued", tag), ("merged", other)]
    assert told == [(EntryKind.CARD_CHANGED, {"now": now}, who) for now, who in said]


def test_an_import_does_not_bring_a_lost_card_back(house: House) -> None:
    set_card_state(house.vault, card=card(ONE), state=CardState.LOST)
    assert house.enrol(ONE) == ["same"]
    assert house.enrol(dict(ONE, prefecture="大阪府")) == ["changed"]
    assert states(house, ONE) == {ONE["card"]: CardState.LOST}
    assert summary(house.vault).active_cards == 1


@pytest.mark.parametrize(("before", "after"), [(CardState.ACTIVE, CardState.BLOCKED), (CardState.LOST, CardState.LOST)])
def test_reissued(house: House, before: CardState, after: CardState) -> None:
    token = link_token_of(house.vault, card=card(ONE))
    set_card_state(house.vault, card=card(ONE), state=before)
    assert reissue_card(house.vault, card=card(ONE), new_card=CardNumber(NEW)) == "changed"
    assert reissue_card(house.vault, card=card(ONE), new_card=CardNumber(NEW)) == "same"
    assert states(house, ONE) == {ONE["card"]: after, NEW: CardState.ACTIVE}
    assert link_token_of(house.vault, card=CardNumber(NEW)) == token


def test_another_members_card_is_not_given_away(house: House) -> None:
    assert reissue_card(house.vault, card=card(ONE), new_card=card(TWO)) == NEW_CARD_TAKEN
    assert states(house, ONE) == {ONE["card"]: CardState.ACTIVE}


def test_cards_are_added_to_known_members_only(house: House) -> None:
    rows: list[dict[str, object]] = [
        {"card": NEW, "member_number": "M0000001"},
        {"card": "2980001777777777", "member_number": "M9999999"},
        {"card": ONE["card"], "member_number": "M0000001"},
        {"card": TWO["card"], "member_number": "M0000001"},
        {"card": "", "member_number": "M0000001"},
        {"card": "12", "member_number": "M0000001"},
    ]
    found = add_cards(house.vault, rows=rows)
    assert [f if isinstance(f, str) else "no" for f in found] == ["added", "no", "same", "no", "no", "no"]
    assert found[1] == UNKNOWN_MEMBER
    assert set(states(house, ONE)) == {ONE["card"], NEW}
    assert next(f if isinstance(f, str) else "no" for f in add_cards(house.vault, rows=rows)) == "same"


def test_a_member_has_at_most_so_many_cards(house: House) -> None:
    rows = [{"card": f"{2_980_002_000_000_000 + i}", "member_number": "M0000001"} for i in range(MAX_CARDS_PER_MEMBER)]
    found = add_cards(house.vault, rows=rows)
    assert [f == "added" for f in found] == [True] * (MAX_CARDS_PER_MEMBER - 1) + [False]


def test_a_merge_moves_cards_and_deletes_the_rest(house: House) -> None:
    set_card_state(house.vault, card=card(ONE), state=CardState.LOST)
    with house.vault.store.reading() as batch:
        gone = batch.members_by_number([house.vault.indexes.member_number(MemberNumber("M0000001"))]).popitem()[1].row
    assert merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002")) == "changed"
    assert states(house, ONE) == {ONE["card"]: CardState.LOST, TWO["card"]: CardState.ACTIVE}
    assert link_token_of(house.vault, card=card(ONE)) == link_token_of(house.vault, card=card(TWO))
    assert who_am_i(house.vault, row=gone) is None
    with pytest.raises(KeyMissing):
        house.vault.keys.open([gone])
    with house.vault.store.reading() as batch:
        assert batch.contacts([gone]) == {}
        assert batch.members([gone])[gone].sealed == {}
    assert summary(house.vault).members == 1


def test_an_old_import_does_not_bring_a_merged_member_back(house: House) -> None:
    merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002"))
    assert "was merged into another" in house.enrol(ONE)[0]
    assert merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002")) == "same"
    assert summary(house.vault).members == 1


def test_a_merge_that_the_ledger_side_refuses_changes_nothing(house: House) -> None:
    house.side.refuse_merge = Refused(Say("できません", "no"))
    found = merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002"))
    assert found == house.side.refuse_merge
    assert house.enrol(ONE, TWO) == ["same", "same"]


@pytest.mark.parametrize(
    ("number", "into", "why"),
    [
        ("M0000001", "M0000001", SAME_MEMBER),
        ("M0000001", "M9", UNKNOWN_MEMBER),
        ("M9", "M0000001", UNKNOWN_MEMBER),
    ],
)
def test_merges_that_can_not_be(house: House, number: str, into: str, why: Refused) -> None:
    assert merge_members(house.vault, number=MemberNumber(number), into=MemberNumber(into)) == why


def test_members_without_cards_merge_too(house: House) -> None:
    house.enrol({"member_number": "A"}, {"member_number": "B"})
    assert merge_members(house.vault, number=MemberNumber("A"), into=MemberNumber("B")) == "changed"
    assert merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("B")) == "changed"
    assert link_token_of(house.vault, card=card(ONE)) == house.side.with_card(str(ONE["card"])).token
    assert house.pending() == 0


def test_signing_in(house: House) -> None:
    number = MemberNumber("M0000001")
    assert isinstance(sign_in(house.vault, number=number, password="right-password"), Refused)
    assert isinstance(set_password(house.vault, who=number, password="short"), Refused)
    assert set_password(house.vault, who=card(ONE), password="right-password") is None
    row = sign_in(house.vault, number=number, password="right-password")
    assert isinstance(row, bytes)
    assert isinstance(sign_in(house.vault, number=number, password="wrong-password"), Refused)
    assert isinstance(sign_in(house.vault, number=MemberNumber("M0000002"), password="right-password"), Refused)
    assert isinstance(sign_in(house.vault, number=MemberNumber("nobody"), password="right-password"), Refused)
    assert house.enrol(dict(ONE, city="目黒区")) == ["changed"]
    assert sign_in(house.vault, number=number, password="right-password") == row
