"""Dormant members in the vault: told first, asked after again on the day, erased; whoever comes back is not.

Negative control: a ledger side whose answer of the first asking is believed on the day, as it were without the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.identity.cards import set_card_state
from noren.identity.choosing import import_stops
from noren.identity.dormancy import Looked, Terms, begin_anew, look, look_when_due, waiting
from noren.identity.errors import LedgerAway
from noren.identity.model import CardState
from noren.identity.queries import who_am_i
from noren.identity.seen import Seen, first_of_month_after, seen_from, text_of
from noren.identity.sign_in import set_password, sign_in
from noren.kernel.ids import CardNumber, LinkToken, MemberNumber
from noren.testing.databases import ENGINES, EngineName
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import a_row

TERMS = Terms(months=36, notice_days=60)
HER, LATER = a_row(0), datetime(2029, 12, 4, tzinfo=UTC)
ON, THE_DAY = date(2030, 3, 1), datetime(2030, 3, 2, tzinfo=UTC)
PASSWORD = "a long password"


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    engine: EngineName = getattr(request, "param", "sqlite")
    made = House(tmp_path, engine=engine)
    assert made.enrol(*(a_row(i) for i in range(4)), a_row(9, card=None)) == ["added"] * 5
    set_password(made.vault, who=MemberNumber("M0000000"), password=PASSWORD)
    look(made.vault, TERMS)
    yield made
    made.vault.close()


def asleep(house: House, *numbers: int) -> None:
    """Let the ledger side find members dormant, and no others."""
    for number in range(4):
        house.side.with_card(str(a_row(number)["card"])).dormant = number in numbers


def seen(house: House, row: dict[str, object] = HER) -> Seen:
    me = who_am_i(house.vault, row=house.row_of(card(row)))
    assert me is not None
    return me.seen


def size(house: House) -> int:
    with house.vault.store.reading() as batch:
        return batch.summary().members


@pytest.mark.parametrize("house", ENGINES, indirect=True)
def test_she_is_told_and_then_erased_and_nobody_else(house: House) -> None:
    house.clock.instant = LATER
    asleep(house, 0)
    assert look(house.vault, TERMS, dry=True) == Looked(asked=5, noted=2)
    assert waiting(house.vault) == {}, "a dry run changes nothing"
    assert look_when_due(house.vault, TERMS) == Looked(asked=5, noted=2)
    assert look_when_due(house.vault, TERMS) is None, "once in a month"
    assert seen(house).goes_on == ON
    assert seen(house, a_row(1)) == Seen(date(2026, 11, 22)), "of a no nothing is kept"
    assert waiting(house.vault) == {ON: 2}, "she, and who has no card at all"
    house.clock.instant = datetime(2030, 2, 20, tzinfo=UTC)
    assert look(house.vault, TERMS) == Looked(asked=5), "her day stays as it was told"
    house.clock.instant = THE_DAY
    assert look(house.vault, TERMS, dry=True).erased == 2
    assert size(house) == 5
    assert look(house.vault, TERMS) == Looked(asked=5, erased=2)
    assert (size(house), len(house.side.members), house.findings()) == (3, 3, [])
    assert house.enrol(HER) != ["same"], "she is erased as by her own asking: an old list does not bring her back"


def test_a_purchase_in_between_calls_it_off_and_her_page_says_so(house: House) -> None:
    told(house)
    asleep(house)
    house.clock.instant = THE_DAY
    assert look(house.vault, TERMS) == Looked(asked=5, called_off=1, erased=1)
    assert size(house) == 4
    assert seen(house).goes_on is None


class Believed(FakeLedgerSide):
    """Answers for good as it was asked first: what would be, were nobody asked after again on the day."""

    def dormant(self, tokens: Sequence[LinkToken]) -> Sequence[bool]:
        return [True] * len(tokens)


def test_without_the_second_asking_she_would_be_erased(house: House) -> None:
    told(house)
    asleep(house)
    house.side = Believed(members=house.side.members, by_card=house.side.by_card)
    house.vault.close()
    house.clock.instant = THE_DAY
    house.vault = house.open()
    assert look(house.vault, TERMS).erased == 2


def told(house: House) -> None:
    house.clock.instant = LATER
    asleep(house, 0)
    look(house.vault, TERMS)
    assert seen(house).goes_on == ON


@pytest.mark.parametrize("act", ["sign-in", "card", "choice", "restore"])
def test_whatever_she_does_here_calls_it_off(house: House, act: str) -> None:
    told(house)
    today = date(2030, 1, 20)
    house.clock.instant = datetime(2030, 1, 20, tzinfo=UTC)
    if act == "sign-in":
        assert isinstance(sign_in(house.vault, number=MemberNumber("M0000000"), password=PASSWORD), bytes)
    elif act == "card":
        set_card_state(house.vault, card=card(HER), state=CardState.LOST)
    elif act == "choice":
        row = {"member_number": "M0000000", "scope": "all", "name": "", "since": "2030-01-19"}
        assert import_stops(house.vault, rows=[row]) == ["added"]
    else:
        begin_anew(house.vault)
    assert seen(house) == Seen(today, ON, ended=True), "until its day her page says that it was called off"
    house.clock.instant = THE_DAY
    assert look(house.vault, TERMS).called_off == 0
    assert size(house) == (4 if act != "restore" else 5)
    assert seen(house).day == today


@pytest.mark.parametrize("months", [0, 60])
def test_a_day_of_a_term_that_was_given_up_does_not_stand(house: House, months: int) -> None:
    """Nor is she erased on the spot when the old term comes back: she is told a day anew."""
    told(house)
    assert look(house.vault, Terms(months, 60), dry=True) == Looked(called_off=2)
    assert look(house.vault, Terms(months, 60)) == Looked(called_off=2)
    assert waiting(house.vault) == {}
    house.clock.instant = datetime(2030, 6, 2, tzinfo=UTC)
    assert look(house.vault, TERMS).erased == 0
    assert seen(house).goes_on == date(2030, 8, 1)


def test_what_was_called_off_is_told_until_its_day_and_no_longer(house: House) -> None:
    told(house)
    house.clock.instant = datetime(2030, 2, 28, tzinfo=UTC)
    assert isinstance(sign_in(house.vault, number=MemberNumber("M0000000"), password=PASSWORD), bytes)
    assert seen(house).erased_on == ON
    house.clock.instant = THE_DAY
    assert seen(house) == Seen(date(2030, 2, 28)), "right at once, without a look and without signing in again"


def test_a_wrong_password_is_no_word_of_hers(house: House) -> None:
    told(house)
    sign_in(house.vault, number=MemberNumber("M0000000"), password="something else")
    assert seen(house).goes_on == ON


def test_while_the_ledger_side_is_away_nobody_is_noted_and_nobody_goes(house: House) -> None:
    house.clock.instant = LATER
    asleep(house, 0)
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        look_when_due(house.vault, TERMS)
    assert waiting(house.vault) == {}
    assert look_when_due(house.vault, TERMS) == Looked(asked=5, noted=2), "it is due still"
    house.clock.instant = THE_DAY
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        look(house.vault, TERMS)
    assert card_is_there(house, card(HER))


def card_is_there(house: House, number: CardNumber) -> bool:
    with house.vault.store.reading() as batch:
        return bool(batch.cards([house.vault.indexes.card(number)]))


def test_rows_of_before_count_from_the_first_look(house: House) -> None:
    """A member whose row an older noren wrote has no day: she is unheard of since days are kept, not since ever."""
    row = house.row_of(card(HER))
    with house.vault.store.batch() as batch:
        old = batch.members([row])[row]
        del old.sealed["seen"]  # type: ignore[attr-defined]
        batch.put_members([old])
    assert look(house.vault, TERMS) == Looked()
    house.clock.instant = LATER
    asleep(house, 0)
    assert look(house.vault, TERMS).noted == 2


def test_never_is_never(house: House) -> None:
    house.clock.instant = LATER
    asleep(house, 0, 1, 2, 3)
    assert look(house.vault, Terms(0, 60)) == Looked()
    assert "dormant" not in house.side.heard


def test_what_is_sealed_comes_back_and_fits_its_bucket() -> None:
    day = date(2026, 11, 26)
    for each in (
        Seen(),
        Seen(day),
        Seen(day, ON),
        Seen(day, ON, ended=True),
        Seen(None, ON),
        Seen(None, ON, ended=True),
    ):
        assert seen_from(text_of(each)) == each
        assert len(text_of(each) or "") <= 30, "no length tells who is dormant"
    assert first_of_month_after(date(2026, 11, 2), 60) == date(2027, 1, 1)
    assert first_of_month_after(date(2026, 11, 3), 60) == date(2027, 2, 1)
