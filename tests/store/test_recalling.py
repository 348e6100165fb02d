"""A vault put back from a backup undoes no stop: it reads back what was chosen since from its log and the ledger."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.vault_cases import House

from noren.governance.stopping import EVERYTHING, Rule
from noren.identity.cards import set_card_state
from noren.identity.choices import Choices, Consent, with_consent
from noren.identity.choosing import choices_of
from noren.identity.deciding import Wish, decide
from noren.identity.errors import LedgerAway
from noren.identity.healing import tell_all_anew
from noren.identity.members import open_members, put_members
from noren.identity.model import CardState, Refused, Standing
from noren.identity.recalling import Recollection, Said, recall_all
from noren.identity.withdrawing import withdraw_member
from noren.kernel.ids import CardNumber
from noren.testing.vault import a_row

CARD = CardNumber(str(a_row(1)["card"]))
STOP = Wish("stop", "recipient=C05")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.enrol(a_row(1), a_row(2))
    decided = decide(made.vault, who=CARD, wishes=[STOP, Wish("auto-delete", "36")])
    assert not isinstance(decided, Refused)
    return made


def back_up(house: House) -> None:
    house.vault.close()
    shutil.copy(house.folder / "vault.db", house.folder / "vault.db.backup")
    house.vault = house.open()


def put_back(house: House) -> None:
    house.vault.close()
    shutil.copy(house.folder / "vault.db.backup", house.folder / "vault.db")
    house.vault = house.open()


def recall(house: House, *said: Said, log_lost: bool = False) -> Recollection:
    row = house.row_of(CARD)
    mine = {row: list(said)}
    return recall_all(house.vault, said=lambda each: mine.get(each, []), log_lost=log_lost, keep_days=30)


def choices(house: House) -> Choices:
    found = choices_of(house.vault, card=CARD)
    assert not isinstance(found, Refused)
    return found


def chosen_since(house: House) -> None:
    """A stop, points-only, a shorter keeping and a lost card, all after the backup."""
    wishes = [Wish("stop", "all"), Wish("points-only", "on"), Wish("auto-delete", "3")]
    assert not isinstance(decide(house.vault, who=CARD, wishes=wishes), Refused)
    assert not isinstance(set_card_state(house.vault, card=CARD, state=CardState.LOST), Refused)


def test_what_was_chosen_since_is_read_back_from_the_ledger_and_told_again(house: House) -> None:
    back_up(house)
    chosen_since(house)
    put_back(house)
    assert recall(house) == Recollection(1, 0)
    mine = choices(house)
    assert {each.rule for each in mine.in_force} == {EVERYTHING, Rule(recipient="C05")}
    assert (mine.points_only, mine.keep_months) == (True, 3)
    tell_all_anew(house.vault)
    known = house.side.with_card(CARD.reveal())
    assert {each.rule for each in known.stops} == {EVERYTHING, Rule(recipient="C05")}
    assert (known.points_only, known.keep_months) == (True, 3)
    assert known.cards[CARD.reveal()] is CardState.LOST
    assert recall(house) == Recollection(0, 0), "again it changes nothing"
    assert house.findings() == []


def test_without_reading_back_the_stop_would_be_undone(house: House) -> None:
    back_up(house)
    chosen_since(house)
    put_back(house)
    tell_all_anew(house.vault)
    known = house.side.with_card(CARD.reveal())
    assert EVERYTHING not in {each.rule for each in known.stops}
    assert known.cards[CARD.reveal()] is CardState.ACTIVE


def test_the_log_tells_in_order_also_where_the_ledger_is_as_old(house: House) -> None:
    day = "2026-11-22"
    back_up(house)
    stop, resume = Said("stop", "channel=email", day), Said("resume", "recipient=C05", day)
    house.side.with_card(CARD.reveal()).stops = ()  # she resumed at the ledger's too
    recall(house, stop, resume, Said("points-only", "on", day), Said("auto-delete", "off", day))
    mine = choices(house)
    assert {each.rule for each in mine.in_force} == {Rule(channel="email")}
    assert mine.points_only is True


def test_a_stop_that_either_knows_stands(house: House) -> None:
    back_up(house)
    house.side.with_card(CARD.reveal()).stops = ()
    recall(house)
    assert {each.rule for each in choices(house).in_force} == {Rule(recipient="C05")}


@pytest.mark.parametrize(("log_lost", "stands"), [(False, True), (True, False)])
def test_where_the_log_is_lost_no_consent_to_a_company_counts(house: House, log_lost: bool, stands: bool) -> None:
    consent = Consent("third-party", "C05", "2026-11-01", "v1")
    with house.vault.store.batch() as batch:
        (member,) = open_members(house.vault, batch, [house.row_of(CARD)]).values()
        put_members(house.vault, batch, [replace(member, choices=with_consent(member.choices, consent))])
    recall(house, log_lost=log_lost)
    assert choices(house).consents_to("third-party", "C05") is stands


def test_a_consent_withdrawn_since_does_not_stand_again(house: House) -> None:
    test_where_the_log_is_lost_no_consent_to_a_company_counts(house, log_lost=False, stands=True)
    recall(house, Said("withdraw", "third-party,recipient=C05", "2026-11-22"))
    assert choices(house).consents_to("third-party", "C05") is False


def test_who_left_since_has_left(house: House) -> None:
    back_up(house)
    assert not isinstance(withdraw_member(house.vault, card=CARD, keep_days=30), Refused)
    put_back(house)
    row = house.row_of(CARD)
    assert recall(house) == Recollection(0, 1)
    with house.vault.store.reading() as batch:
        assert batch.members([row])[row].standing is Standing.WITHDRAWN
    tell_all_anew(house.vault)
    assert CARD.reveal() not in house.side.by_card


def test_a_ledger_that_is_away_leaves_everything_as_it_was(house: House) -> None:
    back_up(house)
    chosen_since(house)
    put_back(house)
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        recall(house)
    assert {each.rule for each in choices(house).in_force} == {Rule(recipient="C05")}
    assert recall(house) == Recollection(1, 0)
