"""``noren staff break-glass`` with a real desk and a real vault: what is shown to whom, and what says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from noren.doors.cli.health.staff import look_at_staff
from noren.governance.ports import Entry, EntryKind
from noren.governance.staff import Role
from noren.house.children import zone_client
from noren.house.glass import MAX_ORDER, open_card, seal_card
from noren.house.keys import open_keys
from noren.house.log_reading import shown
from noren.house.vault import VaultRoom, vault_room
from noren.identity.cards import find_by_card
from noren.identity.glass import Word, look_through
from noren.identity.model import Refused
from noren.identity.operations import enrol
from noren.kernel.clock import FixedClock
from noren.kernel.ids import CardNumber
from noren.testing.journal import MemoryJournal
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.staff_terminals import StaffTerminals
from noren.testing.vault import NOW, a_home, a_row

CARD = "2980001000000001"
WHY = "She fell in the shop and the ambulance asks whom to call"
PEOPLE = {"aoki": "privacy-officer", "sato": "privacy-officer", "kato": "host", "endo": "privacy-officer"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffTerminals]:
    folder = tmp_path_factory.mktemp("glass")
    home = a_home(folder / "home")
    room = vault_room(home, ledger=FakeLedgerSide())
    enrol(room.vault, rows=[a_row(1), a_row(2)])
    room.close()
    made = StaffTerminals(home, folder)
    with zone_client(home, "desk"), zone_client(home, "vault"):
        early = made.call("", "staff", "break-glass", CARD, "--why", WHY)
        assert (early.exit_code, "[accounts-needed]" in early.output) == (1, True)
        codes = {
            name: made.told("", "staff", "add", name, "--name", name.title(), "--role", role)["code"]
            for name, role in PEOPLE.items()
        }
        for name, code in codes.items():
            made.accept(name, code)
            made.sign_in(name)
        yield made


def refused(house: StaffTerminals, who: str, *arguments: str) -> str:
    found = house.call(who, *arguments)
    assert found.exit_code == 1, (found.exit_code, found.output)
    assert "090" not in found.output, "nothing of a member stands in a refusal"
    return found.output


def test_the_whole_way(house: StaffTerminals) -> None:
    assert "Nobody is signed in" in refused(house, "", "staff", "break-glass", CARD, "--why", WHY)
    asked = house.call("aoki", "staff", "break-glass", "-", "--why", WHY, typed=CARD + "\n")
    assert asked.exit_code == 0, asked.output
    number = str(house.told("aoki", "staff", "approvals")["approvals"][0]["number"])
    assert "[glass-whole]" in refused(house, "aoki", "staff", "look", number)
    house.told("sato", "staff", "approve", number)
    assert "[glass-whole]" in refused(house, "aoki", "staff", "look", number)
    house.told("kato", "staff", "approve", number)
    assert "[glass-of-another]" in refused(house, "sato", "staff", "look", number)
    assert "[not-signed-in]" in refused(house, "", "staff", "look", number)
    shown = house.told("aoki", "staff", "look", number)
    assert (shown["person"]["member_number"], shown["contact"]["phone"]) == ("M0000001", "09010000001")
    assert shown.keys() == {"person", "contact", "cards", "number", "until"}, "never a purchase"
    assert "Glass is broken now: 1" in [each.what.en for each in look_at_staff(house.home)]
    assert "took no part" in refused(house, "sato", "staff", "seen", number)
    listed = house.call("", "staff", "glass")
    assert (listed.exit_code, WHY in listed.output) == (1, True)
    assert house.told("endo", "staff", "seen", number)["seen_by"] == "endo"
    assert "nobody else has seen" not in str([each.what.en for each in look_at_staff(house.home)])
    year = datetime.now(house.home.zone).year
    assert sum(house.told("", "transparency", str(each))["glass"] for each in (year - 1, year)) == 1
    desk_holds_no_card(house)
    asked = house.told("", "staff", "invite", "kato", "--recover", "--yes")
    assert (asked["code"], asked["waiting"]["act"]) == ("", "recover")
    assert "kato invited anew" in str([each.what.en for each in look_at_staff(house.home) if each.level == "wrong"])
    assert house.call("", "staff", "invite", "kato", "--recover").exit_code == 2, "its name is typed"
    ended = house.told("aoki", "staff", "refuse", str(asked["waiting"]["number"]))
    assert ended["waiting"]["outcome"] == "refused"


def test_what_has_no_name_of_its_own_is_written_down_under_who_is_signed_in(house: StaffTerminals) -> None:
    changed = house.call("sato", "member", "choices", "-", "--points-only", "on", typed="2980001000000002\n")
    assert changed.exit_code == 0, changed.output
    (row,) = shown(house.home, "identity", 1_000, "choice-changed")
    assert row.body["signed_in"] == "sato"


def desk_holds_no_card(house: StaffTerminals) -> None:
    desk = house.home.path / "governance"
    held = b"".join(path.read_bytes() for path in desk.rglob("*") if path.is_file())
    held += b"".join(p.read_bytes() for p in house.home.audit_log("house").rglob("*") if p.is_file())
    assert WHY.encode() in held, "the search finds what is there"
    assert CARD.encode() not in held
    assert b"M0000001" not in held


class Full(MemoryJournal):
    """A journal whose disk is full."""

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        raise OSError("no space left")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[VaultRoom]:
    room = vault_room(a_home(tmp_path / "home"), ledger=FakeLedgerSide(), clock=FixedClock(NOW))
    enrol(room.vault, rows=[a_row(1), a_row(2)])
    yield room
    room.close()


def a_word() -> Word:
    return Word(7, "aoki", frozenset({Role.PRIVACY_OFFICER}), WHY, 2, NOW + timedelta(minutes=15))


def test_the_vault_asks_again_and_she_sees_who_looked_and_why(vault: VaultRoom) -> None:
    with vault.vault.store.reading() as batch:
        found = find_by_card(vault.vault, batch, CardNumber(CARD))
    assert found is not None

    def told() -> list[dict[str, object]]:
        mine = [each.entry for each in vault.log.of_member(found[0].row) if each.entry is not None]
        return [dict(each.body) for each in mine if each.kind is EntryKind.BREAK_GLASS]

    wrong = [
        replace(a_word(), approvals=1),
        replace(a_word(), until=NOW),
        replace(a_word(), roles=frozenset({Role.COUNTER})),
        replace(a_word(), roles=frozenset({Role.HOST, Role.ANALYST})),
    ]
    for word in wrong:
        assert isinstance(look_through(vault.vault, card=CardNumber(CARD), word=word), Refused), word
    assert told() == []
    shown = look_through(vault.vault, card=CardNumber(CARD), word=a_word())
    assert not isinstance(shown, Refused)
    assert told() == [{"by": "aoki", "number": 7, "why": WHY}]
    host = replace(a_word(), roles=frozenset({Role.HOST}))
    assert not isinstance(look_through(vault.vault, card=CardNumber(CARD), word=host), Refused)
    assert len(told()) == 2, "each look is one entry"


def test_the_vault_shows_nothing_that_its_log_does_not_say_first(vault: VaultRoom) -> None:
    full = replace(vault.vault, journal=Full())
    with pytest.raises(OSError, match="no space"):
        look_through(full, card=CardNumber(CARD), word=a_word())
    none = replace(vault.vault, journal=None)
    assert isinstance(look_through(none, card=CardNumber(CARD), word=a_word()), Refused)
    quiet = replace(vault.vault, journal=MemoryJournal())
    assert not isinstance(look_through(quiet, card=CardNumber(CARD), word=a_word()), Refused)


def test_an_order_is_its_askers_and_the_vaults(vault: VaultRoom) -> None:
    order = seal_card(vault.home, CardNumber(CARD), "aoki")
    opened = open_card(vault.keys, order, "aoki")
    assert opened is not None
    assert opened.reveal() == CARD
    assert open_card(vault.keys, order, "sato") is None
    assert open_card(open_keys(vault.home, "desk"), order, "aoki") is None
    assert open_card(vault.keys, order[:-4] + "AAA=", "aoki") is None
    assert open_card(vault.keys, "no order", "aoki") is None
    assert len(seal_card(vault.home, CardNumber("12345678"), "aoki")) == len(order) <= MAX_ORDER
