"""P5 in the vault: after an erasure nothing of her opens, stands or comes back, wherever a crash fell between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.governance.erasure_list import ErasureList
from noren.identity.cards import UNKNOWN_CARD, set_card_state
from noren.identity.custodians import KeptKeys
from noren.identity.erasing import Erased, erase_member
from noren.identity.errors import LedgerAway
from noren.identity.healing import finish_waiting, sweep
from noren.identity.member_keys import SqlMemberKeys
from noren.identity.merging import merge_members
from noren.identity.model import CardState, Refused
from noren.identity.operations import ERASED, LEFT
from noren.identity.retention import remove_stray_keys
from noren.identity.sign_in import WRONG, set_password, sign_in
from noren.identity.sqlite import SqliteEngine
from noren.identity.tables import MEMBER_KEYS
from noren.identity.vault import NUMBER, ROW, Vault
from noren.identity.withdrawing import Withdrawn, erase_due, withdraw_member
from noren.kernel.ids import LinkToken, MemberNumber
from noren.testing.ledger_side import FakeLedgerSide, Fault
from noren.testing.vault import NOW, a_ring, a_row

HER = a_row(0)
CARD = card(HER)


def a_house(tmp_path: Path, **kinds: bool) -> House:
    house = House(tmp_path, kept=kinds.get("kept", False))
    assert house.enrol(*(a_row(i) for i in range(4))) == ["added"] * 4
    return house


def members(house: House) -> tuple[int, int]:
    with house.vault.store.reading() as batch:
        sizes = batch.summary()
    return sizes.members, sizes.pending


def test_she_is_gone_and_the_others_are_as_before(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    set_card_state(house.vault, card=CARD, state=CardState.LOST)
    assert erase_member(house.vault, card=CARD) == Erased(told=True)
    assert members(house) == (3, 0)
    assert house.findings() == []
    assert len(house.side.members) == 3
    assert erase_member(house.vault, card=CARD) == UNKNOWN_CARD
    assert house.enrol(a_row(1)) == ["same"]


def test_her_key_is_nowhere_and_her_row_is_in_no_file(tmp_path: Path) -> None:
    house = a_house(tmp_path, kept=True)
    house.vault.keys.snapshot(NOW)
    row = house.row_of(CARD)
    assert holding(house, row), "the look finds nothing"
    erase_member(house.vault, card=CARD)
    assert holding(house, row) == []


def holding(house: House, needle: bytes) -> list[str]:
    return [path.name for path in house.folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_an_old_list_does_not_bring_her_back(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    row = house.row_of(CARD)
    erase_member(house.vault, card=CARD)
    assert house.enrol(HER) == [ERASED.reason.en]
    erasures = house.vault.erasures
    assert erasures.holds(NUMBER, b"M0000000")
    assert erasures.holds(ROW, row)
    assert not erasures.holds(NUMBER, b"M0000001")
    house.restart(NOW + timedelta(days=41))
    erase_due(house.vault)
    assert not house.vault.erasures.holds(NUMBER, b"M0000000"), "when no backup can hold her, the mark goes too"


@pytest.mark.parametrize("fault", ["before", "after"])
def test_the_ledger_side_hears_of_it_when_it_answers_again(tmp_path: Path, fault: Fault) -> None:
    house = a_house(tmp_path)
    house.side.faults = [fault]
    done = erase_member(house.vault, card=CARD)
    assert isinstance(done, Erased)
    assert not done.told
    assert [each.kind.name for each in done.kept] == ["provided"], "what the ledger side keeps is not known yet"
    assert members(house) == (3, 1)
    assert finish_waiting(house.vault) == 1
    assert members(house) == (3, 0)
    assert len(house.side.members) == 3


class PowerCut(Exception):
    """The process ends here."""


@pytest.mark.parametrize("at", ["keys", "list", "ledger", "row"])
def test_a_crash_between_two_steps_is_finished_at_the_next_start(tmp_path: Path, at: str) -> None:
    house = a_house(tmp_path)
    row = house.row_of(CARD)
    side = house.side
    with pytest.raises(PowerCut):
        erase_member(cut(house, at), card=CARD)
    house.side = FakeLedgerSide(members=house.side.members, by_card=house.side.by_card) if at == "row" else side
    house.vault.close()
    house.vault = house.open()
    remove_stray_keys(house.vault)
    sweep(house.vault)
    assert members(house) == (3, 0)
    assert house.findings() == []
    assert len(house.side.members) == 3
    assert house.vault.erasures.holds(ROW, row)
    assert row not in list(house.vault.keys.names())


class _NoKeys(KeptKeys):
    def destroy(self, rows: Sequence[bytes]) -> None:
        raise PowerCut


class _NoList(ErasureList):
    def add(self, found: Iterable[bytes], day: date) -> None:
        raise PowerCut


class _DeadSide(FakeLedgerSide):
    def erase(self, token: LinkToken) -> None:
        raise PowerCut


class _SideThenDark(FakeLedgerSide):
    def erase(self, token: LinkToken) -> None:
        super().erase(token)
        raise PowerCut


def cut(house: House, at: str) -> Vault:
    """Return the vault as one whose power goes at a step."""
    vault, side = house.vault, house.side
    if at == "keys":
        keys = _NoKeys(SqlMemberKeys(SqliteEngine(house.folder / "member-keys.db", MEMBER_KEYS), house.wrap))
        return replace(vault, keys=keys)
    if at == "list":
        return replace(vault, erasures=_NoList(house.folder / "erasures.list", a_ring("vault-erasures", bytes(32))))
    house.side = (_DeadSide if at == "ledger" else _SideThenDark)(members=side.members, by_card=side.by_card)
    return replace(vault, ledger=house.side)


def test_while_somebody_is_being_merged_nobody_is_erased(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000000"))
    assert isinstance(erase_member(house.vault, card=CARD), Refused)
    sweep(house.vault)
    assert erase_member(house.vault, card=CARD) == Erased(told=True)
    erase_due(house.vault)
    assert members(house) == (2, 0)
    with house.vault.store.reading() as batch:
        assert len(batch.all_rows(b"", 100)) == 2, "the mark of who was merged into her goes too"


def test_a_withdrawal_ends_the_membership_and_the_data_goes_on_its_day(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    password = "correct horse battery"
    set_password(house.vault, who=CARD, password=password)
    done = withdraw_member(house.vault, card=CARD, keep_days=30)
    assert isinstance(done, Withdrawn)
    assert (done.told, done.erased_on) == (True, house.vault.today() + timedelta(days=30))
    assert withdraw_member(house.vault, card=CARD, keep_days=5) == done, "again it changes nothing"
    assert sign_in(house.vault, number=MemberNumber("M0000000"), password=password) == WRONG
    assert set_card_state(house.vault, card=CARD, state=CardState.BLOCKED) == UNKNOWN_CARD
    assert house.enrol(HER) == [LEFT.reason.en]
    assert house.findings() == []
    house.restart(NOW + timedelta(days=29))
    assert erase_due(house.vault) == 0
    house.restart(NOW + timedelta(days=30))
    assert erase_due(house.vault) == 1
    assert members(house) == (3, 0)
    assert len(house.side.members) == 3


def test_a_withdrawal_of_which_the_ledger_has_not_heard_is_told_later(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.side.faults = ["before"]
    done = withdraw_member(house.vault, card=CARD, keep_days=30)
    assert isinstance(done, Withdrawn)
    assert not done.told
    assert finish_waiting(house.vault) == 1
    assert house.pending() == 0
    assert [member.withdrawn for member in house.side.members].count(True) == 1


def test_who_has_left_may_be_erased_before_her_day(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    withdraw_member(house.vault, card=CARD, keep_days=30)
    assert erase_member(house.vault, card=CARD) == Erased(told=True)
    assert members(house) == (3, 0)
