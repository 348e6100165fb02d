"""Records of provision beyond an erasure: neither side holds number and runs, and after their month nobody reads them.

The ledger side's file and the vault's are made by the code itself; thieves of one file hold all of its side's keys.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine, text
from tests.store.vault_cases import House, card

from noren.governance.ports import EntryKind
from noren.governance.staff import Role, refusing
from noren.house.staff_acts import ACTS, Act
from noren.identity.erasing import Erased, erase_member
from noren.identity.healing import finish_waiting
from noren.identity.model import Refused
from noren.identity.ports import Provided
from noren.identity.provided import NOTHING_KEPT, provided_of
from noren.identity.requests import Checked
from noren.identity.withdrawing import erase_due
from noren.kernel.ids import LinkToken, MemberNumber
from noren.kernel.keyring import KeyRing
from noren.provision.beyond import Tag
from noren.provision.model import ProvisionRecord, Window
from noren.provision.store import ProvisionStore
from noren.testing.journal import MemoryJournal
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import NOW, a_row

RING = KeyRing("ledger-statutory", 1, {1: b"s" * 32})
ROTATED = KeyRing("ledger-statutory", 2, {1: b"s" * 32, 2: b"t" * 32})
HER, OTHER = b"h" * 16, b"o" * 16
TODAY = date(2026, 11, 26)
NUMBER = MemberNumber("M0000000")
CARD = card(a_row(0))


def a_record(run: str, begun: date, *, done: bool = True) -> ProvisionRecord:
    window = Window(begun, begun)
    return ProvisionRecord(
        run, "group-news", "group-marketing", "G9", "新しいグループ会社", "", "", "joint-use", "joint-9", 1, 1,
        ("pseudonym", "sex"), window, begun, datetime(2026, 12, 24, tzinfo=UTC), begun if done else None,
    )  # fmt: skip


def a_store(path: Path, ring: KeyRing | None = RING) -> ProvisionStore:
    return ProvisionStore(path / "provision.db", ring)


def a_filled_store(path: Path, ring: KeyRing | None = RING) -> ProvisionStore:
    store = a_store(path, ring)
    store.begin(a_record("run-old", date(2023, 9, 30)), [HER, OTHER])
    store.begin(a_record("run-2024", date(2024, 1, 31)), [HER, OTHER])
    store.begin(a_record("run-may", date(2026, 5, 1)), [HER])
    store.begin(a_record("run-hers", date(2026, 5, 20)), [HER])
    store.begin(a_record("run-others", date(2026, 5, 9)), [OTHER])
    store.begin(a_record("run-broken", date(2026, 5, 8), done=False), [HER])
    return store


def runs(store: ProvisionStore, tags: Sequence[Tag]) -> list[str]:
    return [each.run for each in store.records_under(tags)]


def test_her_runs_are_kept_by_their_months_and_lead_nowhere_else(tmp_path: Path) -> None:
    store = a_filled_store(tmp_path)
    assert store.forget([HER], TODAY) == 5
    tags = store.tags_of(HER)
    assert [each.month for each in tags] == ["2027-01", "2029-05"], "what was over before is not kept"
    assert runs(store, tags) == ["run-hers", "run-may", "run-2024"], "the ones that were completed"
    assert len({each.tag for each in tags}) == 2, "what ended leads to nothing that stands"
    assert store.records_of(HER) == []
    assert store.tags_of(OTHER) == []
    assert len(store.records_of(OTHER)) == 3, "she is a member, and as before"
    assert runs(store, [Tag(secrets.token_bytes(32), "2029-05"), replace(tags[0], month="2029-05")]) == []
    store.close()


def test_again_and_after_a_rotation_the_same_tag_leads_there(tmp_path: Path) -> None:
    store = a_filled_store(tmp_path)
    store.forget([HER], TODAY)
    first = store.tags_of(HER)
    assert store.forget([HER], TODAY) == 0
    assert store.tags_of(HER) == first
    store.close()
    later = a_store(tmp_path, ROTATED)
    assert list(later.tags_of(HER)) == list(first)
    assert len(runs(later, first)) == 3
    later.close()


def test_a_backup_of_before_that_is_replayed_answers_the_tag_that_the_vault_holds(tmp_path: Path) -> None:
    (tmp_path / "restored").mkdir()
    store, restored = a_filled_store(tmp_path), a_filled_store(tmp_path / "restored", ROTATED)
    store.forget([HER], TODAY)
    held = store.tags_of(HER)
    restored.forget([HER], TODAY)
    assert runs(restored, held) == runs(store, held) == ["run-hers", "run-may", "run-2024"]
    store.close()
    restored.close()


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_at_the_end_of_the_month_the_key_goes_then_the_rows_and_no_byte_stays(tmp_path: Path) -> None:
    store = a_filled_store(tmp_path)
    store.forget([HER], TODAY)
    tags, rows = store.tags_of(HER), everything(tmp_path, "provided_beyond")
    keys = everything(tmp_path, "provided_month")
    assert all(each["wrapped"] in files(tmp_path) for each in keys), "the search finds nothing"
    assert store.end_months(date(2027, 1, 31)) == 0
    assert store.end_months(date(2027, 2, 1)) == 1
    assert runs(store, tags) == ["run-hers", "run-may"]
    assert store.end_months(date(2029, 6, 1)) == 1
    assert (runs(store, tags), store.tags_of(HER)) == ([], [])
    found = files(tmp_path)
    for each in (*rows, *keys):
        assert (each["sealed"] if "sealed" in each else each["wrapped"]) not in found
    store.close()


def test_after_a_crash_between_key_and_rows_the_rows_are_unreadable_and_go_the_next_time(tmp_path: Path) -> None:
    store = a_filled_store(tmp_path)
    store.forget([HER], TODAY)
    tags = store.tags_of(HER)
    with create_engine(f"sqlite:///{tmp_path / 'provision.db'}").begin() as db:
        db.execute(text("DELETE FROM provided_month WHERE month < '2027-02'"))
    assert runs(store, tags) == ["run-hers", "run-may"]
    store.end_months(date(2027, 2, 1))
    assert {each["month"] for each in everything(tmp_path, "provided_beyond")} == {"2029-05"}
    store.close()


def everything(folder: Path, table: str) -> list[dict[str, bytes]]:
    with create_engine(f"sqlite:///{folder / 'provision.db'}").connect() as db:
        return [dict(row) for row in db.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_negative_control_without_the_key_of_the_side_an_erasure_keeps_nothing(tmp_path: Path) -> None:
    store = a_filled_store(tmp_path, None)
    store.forget([HER], TODAY)
    assert everything(tmp_path, "provided_beyond") == []
    store.close()


_KILLED = """
    import os, sys
    from datetime import date
    from pathlib import Path
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from noren.kernel.keyring import KeyRing
    from noren.provision.store import ProvisionStore

    at, seen = int(sys.argv[2]), [0]

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*told):
        if told[2].split()[0] in ("INSERT", "DELETE"):
            seen[0] += 1
            if seen[0] == at:
                os.kill(os.getpid(), 9)

    store = ProvisionStore(Path(sys.argv[1]), KeyRing("ledger-statutory", 1, {1: b"s" * 32}))
    store.forget([b"h" * 16], date(2026, 11, 26))
"""


@pytest.mark.parametrize("at", [1, 3, 7, 99])
def test_killed_at_any_statement_the_ledger_side_has_all_or_nothing(tmp_path: Path, at: int) -> None:
    a_filled_store(tmp_path).close()
    command = [sys.executable, "-c", textwrap.dedent(_KILLED), str(tmp_path / "provision.db"), str(at)]
    ended = subprocess.run(command, check=False).returncode
    assert ended == (-9 if at < 99 else 0)
    store = a_store(tmp_path)
    whole = (len(store.records_of(HER)), len(store.tags_of(HER)))
    assert whole == ((5, 0) if at < 99 else (0, 2))
    store.forget([HER], TODAY)
    assert (len(store.records_of(HER)), len(store.tags_of(HER))) == (0, 2)
    store.close()


# The vault's part.

PROVIDED = [Provided(b"a" * 32, "2027-01"), Provided(b"b" * 32, "2029-05")]


def a_house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.enrol(a_row(0), a_row(1))
    house.side.provided = {house.side.with_card(CARD.reveal()).token: PROVIDED}
    return house


def found(house: House, number: MemberNumber = NUMBER) -> list[Provided] | Refused:
    answer = provided_of(house.vault, number=number, by="hoshino", checked=Checked.DOCUMENT)
    return answer if isinstance(answer, Refused) else list(answer)


def test_who_shows_the_number_is_led_there_and_another_number_is_not(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    assert found(house) == NOTHING_KEPT, "while she is a member nothing is kept"
    done = erase_member(house.vault, card=CARD)
    assert isinstance(done, Erased)
    assert [(each.kind.name, each.until) for each in done.kept] == [("provided", "2027-01"), ("provided", "2029-05")]
    assert found(house) == PROVIDED
    for other in ("M0000001", "M0000002", "m0000000"):
        assert found(house, MemberNumber(other)) == NOTHING_KEPT


def test_the_asking_is_counted_and_logged_and_names_nobody(tmp_path: Path) -> None:
    house, journal = a_house(tmp_path), MemoryJournal()
    house.vault = replace(house.vault, journal=journal)
    erase_member(house.vault, card=CARD)
    found(house)
    found(house, MemberNumber("M0000099"))
    entries = [each for each in journal.entries if each.kind is EntryKind.LOOK]
    facts = {"by": "hoshino", "about": "provision-records", "checked": "document"}
    assert [(dict(each.body), each.subject) for each in entries] == [(facts, None)] * 2
    with house.vault.store.reading() as batch:
        counted = batch.request_counts(house.vault.today().year)
    assert counted[("provision-records", "received")] == counted[("provision-records", "answered")] == 2


def test_after_its_month_the_vault_finds_nothing_and_its_bytes_are_gone(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    erase_member(house.vault, card=CARD)
    house.restart(datetime(2027, 2, 1, tzinfo=UTC))
    assert found(house) == PROVIDED[1:], "before any sweep"
    erase_due(house.vault)
    house.restart(datetime(2029, 6, 1, tzinfo=UTC))
    assert found(house) == NOTHING_KEPT
    erase_due(house.vault)
    assert house.vault.statutory is not None
    assert house.vault.statutory.count() == 0
    house.vault.close()
    assert b"2029-05" not in (tmp_path / "statutory.db").read_bytes()


class PowerCut(Exception):
    """The process ends here."""


class _AnswerLost(FakeLedgerSide):
    def erase(self, token: LinkToken) -> Sequence[Provided]:
        super().erase(token)
        raise PowerCut


@pytest.mark.parametrize("how", ["before", "after", "power"])
def test_an_answer_that_is_lost_is_asked_for_again_and_both_end_with_it(tmp_path: Path, how: str) -> None:
    house = a_house(tmp_path)
    if how == "power":
        side = house.side
        dark = _AnswerLost(members=side.members, by_card=side.by_card, provided=side.provided)
        with pytest.raises(PowerCut):
            erase_member(replace(house.vault, ledger=dark), card=CARD)
        house.restart()
    else:
        house.side.faults = ["before" if how == "before" else "after"]
        assert not getattr(erase_member(house.vault, card=CARD), "told", True)
    assert found(house) == NOTHING_KEPT
    assert finish_waiting(house.vault) == 1
    assert found(house) == PROVIDED


def test_again_they_stand_once_and_a_number_given_twice_keeps_both(tmp_path: Path) -> None:
    statutory = a_house(tmp_path).vault.statutory
    assert statutory is not None
    mark, second = statutory.number("M0000000"), Provided(b"c" * 32, "2029-05")
    for _ in range(2):
        statutory.keep_provided(mark, PROVIDED)
    statutory.keep_provided(mark, [second])
    assert statutory.provided("M0000000", NOW.date()) == [*PROVIDED, second]
    assert statutory.count() == 2
    assert statutory.provided("", NOW.date()) == []


def test_neither_file_alone_tells_the_runs_of_a_number(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "vault").mkdir()
    store = a_filled_store(tmp_path / "ledger")
    store.forget([HER], TODAY)
    house = House(tmp_path / "vault")
    house.enrol(a_row(0), a_row(1))
    tags = [Provided(each.tag, each.month) for each in store.tags_of(HER)]
    house.side.provided = {house.side.with_card(CARD.reveal()).token: tags}
    erase_member(house.vault, card=CARD)
    assert house.vault.statutory is not None
    opened = msgspec.json.encode(house.vault.statutory.read())  # a thief with the vault's keys
    assert tags[0].tag.hex().encode() in opened, "the look finds nothing"
    for run in ("run-2024", "run-may", "run-hers", "G9", NUMBER.reveal()):
        assert run.encode() not in opened
    hers = files(tmp_path / "vault")
    assert all(needle not in hers for each in tags for needle in (each.tag, each.tag.hex().encode(), HER))
    theirs = files(tmp_path / "ledger")
    assert b"run-may" in theirs, "the record itself stays, and names nobody"
    assert all(needle not in theirs for each in tags for needle in (each.tag, HER, NUMBER.reveal().encode()))
    together = found(house)
    assert isinstance(together, list)
    assert len(runs(store, [Tag(each.tag, each.month) for each in together])) == 3, "the control: both together tell"
    store.close()


def test_one_role_alone_may_ask_on_either_side() -> None:
    for act in (ACTS["vault"]["/rights/provided"], ACTS["ledger-worker"]["/provide/beyond"]):
        assert isinstance(act, Act)
        allowed = {role for role in Role if refusing({role}, act.action, act.holding, act.about) is None}
        assert allowed == {Role.PRIVACY_OFFICER}
