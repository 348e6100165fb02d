"""Rotation in the vault: every row moves, members are found meanwhile and afterwards, a break anywhere is mended."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.identity.errors import LedgerAway
from noren.identity.merging import merge_members
from noren.identity.ports import Stretch
from noren.identity.rotation import PAGE_ROWS, WORKS, move
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.marks import version_of
from noren.testing.databases import ENGINES, EngineName
from noren.testing.vault import a_row

MEMBERS = PAGE_ROWS + 30


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    engine: EngineName = request.param
    made = House(tmp_path, engine=engine, kept=True)
    made.enrol(*(a_row(i) for i in range(MEMBERS)))
    merge_members(made.vault, number=MemberNumber("M0000000"), into=MemberNumber("M0000001"))
    return made


def grow(ring: KeyRing) -> None:
    ring.renew(ring.current + 1, {**ring.versions, ring.current + 1: secrets.token_bytes(KEY_BYTES)})


def drop_old(ring: KeyRing) -> None:
    ring.renew(ring.current, {ring.current: ring.key()})


def one_pass(house: House, name: str) -> int:
    after, moved = b"", 0
    while True:
        done: Stretch = move(house.vault, name=name, after=after)
        after, moved = done.after, moved + done.moved
        if not after:
            return moved


def test_all_rows_move_to_the_new_keys_and_the_old_ones_may_go(house: House) -> None:
    grow(house.wrap)
    grow(house.index)
    assert house.enrol(a_row(5, given_name="改"), a_row(MEMBERS)) == ["changed", "added"]  # both versions are valid
    assert one_pass(house, "vault-index") >= 2 * MEMBERS - 1
    assert one_pass(house, "member-wrap") >= 2 * MEMBERS - 1
    assert (one_pass(house, "vault-index"), one_pass(house, "member-wrap")) == (0, 0)
    drop_old(house.wrap)
    drop_old(house.index)
    assert house.findings() == []
    assert house.enrol(a_row(5, given_name="改"), a_row(7)) == ["same", "same"]
    assert "merged into" in house.enrol(a_row(0))[0], "the merged member's number is still known"


def test_an_old_key_destroyed_too_early_is_seen(house: House) -> None:
    """The negative control: nothing moved, the old version gone."""
    grow(house.index)
    drop_old(house.index)
    assert house.findings()
    grow(house.wrap)
    drop_old(house.wrap)
    assert house.findings()


@pytest.mark.parametrize("name", WORKS)
def test_broken_off_anywhere_and_begun_again_it_comes_to_the_same_end(house: House, name: str) -> None:
    grow(house.wrap)
    grow(house.index)
    first = move(house.vault, name=name, after=b"")
    assert first.after
    house.side.faults = ["after"] if name in ("link", "card-index") else []
    if house.side.faults:
        with pytest.raises(LedgerAway):
            move(house.vault, name=name, after=first.after)
    house.restart()
    one_pass(house, name)
    assert one_pass(house, name) == 0
    assert house.findings() == []


def test_the_ledger_sides_new_tokens_are_kept_and_indexed(house: House) -> None:
    row = house.row_of(card(a_row(9)))
    assert one_pass(house, "link") == MEMBERS - 1
    assert house.findings() == []
    with house.vault.store.reading() as batch:
        token = house.side.with_card(card(a_row(9)).reveal()).token
        found = batch.member_by_link(house.vault.indexes.link_token(token))
    assert found is not None
    assert found.row == row


def test_every_card_is_shown_to_the_ledger_side_shuffled(house: House) -> None:
    house.side.shown = set()
    assert one_pass(house, "card-index") == MEMBERS
    assert house.side.shown == {card(a_row(i)).reveal() for i in range(MEMBERS)}
    assert one_pass(house, "card-index") == 0


def test_a_value_names_its_key(house: House) -> None:
    grow(house.index)
    index = house.vault.indexes.card(CardNumber("2980001000000000"))
    assert version_of(index) == 2
