"""A crash at any point of the crossing is healed by the same import again, and by the sweep at the vault's start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.identity.cards import set_card_state
from noren.identity.errors import LedgerAway
from noren.identity.healing import sweep
from noren.identity.merging import merge_members
from noren.identity.model import CardState
from noren.identity.queries import link_token_of, summary
from noren.identity.retention import remove_stray_keys
from noren.kernel.ids import LinkToken, MemberNumber
from noren.testing.databases import ENGINES
from noren.testing.ledger_side import Fault
from noren.testing.vault import a_row

ROWS = [a_row(i) for i in range(12)]


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, engine=request.param)
    yield made
    made.vault.close()


def assert_whole(house: House, members: int) -> None:
    assert house.pending() == 0
    assert house.findings() == []
    assert summary(house.vault).members == members
    assert len([m for m in house.side.members if m.merged_into is None]) == members


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("heal", ["import", "sweep"])
def test_an_enrolment_cut_off_is_healed(house: House, fault: Fault, heal: str) -> None:
    house.side.faults = [fault]
    with pytest.raises(LedgerAway):
        house.enrol(*ROWS)
    assert house.pending() == len(ROWS)
    house.restart()
    if heal == "import":
        assert house.enrol(*ROWS) == ["same"] * len(ROWS)
    else:
        assert sweep(house.vault) == len(ROWS)
    assert_whole(house, len(ROWS))
    assert isinstance(link_token_of(house.vault, card=card(ROWS[0])), LinkToken)


def test_no_mark_no_healing(house: House) -> None:
    """The negative control: without the pending mark the sweep would find nothing, and the member stay untold."""
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        house.enrol(ROWS[0])
    with house.vault.store.batch() as batch:
        members = batch.members(batch.pending(b"", 10))
        batch.put_members([replace(member, pending=False) for member in members.values()])
    sweep(house.vault)
    assert house.side.members == []


def test_a_sweep_says_the_states_of_cards_too(house: House) -> None:
    house.enrol(ROWS[0])
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        set_card_state(house.vault, card=card(ROWS[0]), state=CardState.LOST)
    assert house.side.members[0].cards == {str(ROWS[0]["card"]): CardState.ACTIVE}
    house.restart()
    sweep(house.vault)
    assert house.side.members[0].cards == {str(ROWS[0]["card"]): CardState.LOST}
    assert_whole(house, 1)


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_merge_cut_off_is_finished(house: House, fault: Fault, at: int) -> None:
    house.enrol(ROWS[0], ROWS[1])
    house.side.faults = [*[None] * at, fault]
    with pytest.raises(LedgerAway):
        merge_members(house.vault, number=MemberNumber("M0000000"), into=MemberNumber("M0000001"))
    house.restart()
    sweep(house.vault)
    assert_whole(house, 1)
    assert link_token_of(house.vault, card=card(ROWS[0])) == link_token_of(house.vault, card=card(ROWS[1]))


def test_a_crash_between_the_two_files_leaves_a_key_too_many_which_is_removed(house: House) -> None:
    house.enrol(ROWS[0])
    house.vault.keys.keep({b"k" * 16: house.vault.keys.fresh()})
    assert "without a member" in house.findings()[0].what.en
    house.restart()
    assert remove_stray_keys(house.vault) == 1
    assert_whole(house, 1)
