"""The statutory vault: named fields alone, until the end of a month that she is told, then nowhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.store.vault_cases import House, card

from noren.governance.stopping import Rule
from noren.identity.choices import Choices, Consent, Stop
from noren.identity.choosing import import_consents
from noren.identity.erasing import Erased, erase_member, what_stays
from noren.identity.sqlite import SqliteEngine
from noren.identity.statutory.model import KINDS, Record, kept, month_after, records_of
from noren.identity.statutory.store import StatutoryVault
from noren.identity.statutory.tables import STATUTORY
from noren.testing.vault import a_ring, a_row

DAY = date(2026, 11, 26)
MAIL = Consent("email", "", "2024-04-01T10:00:00+09:00", "v1")
OTHER = Consent("third-party", "P1", "2025-02-03", "v2", withdrawn_at="2025-09-01")


def test_what_stays_follows_from_what_she_chose() -> None:
    rows = [
        (Choices(), []),
        (Choices(consents=(MAIL,)), ["mail-consent"]),
        (Choices(consents=(MAIL, OTHER)), ["mail-consent", "consent"]),
        (Choices(stops=(Stop(Rule(), "2026-01-02"),)), ["suppression"]),
        (Choices(stops=(Stop(Rule(channel="email"), "2026-01-02"),)), ["suppression"]),
        (Choices(stops=(Stop(Rule(recipient="P1"), "2026-01-02"),)), []),
        (Choices(stops=(Stop(Rule(), "2026-01-02", resumed="2026-02-02"),)), []),
    ]
    for choices, kinds in rows:
        assert [record.kind.name for record in records_of(choices, "mark")] == kinds
    assert records_of(Choices(consents=(MAIL,)), "") == [], "who has no address leaves no proof of one"


def test_only_named_fields_are_kept_and_days_have_no_times() -> None:
    for record in records_of(Choices(consents=(MAIL, OTHER), stops=(Stop(Rule(), "2026-01-02T08:00:00Z"),)), "mark"):
        assert record.fields.keys() <= record.kind.fields.keys()
        assert not any("T" in value and ":" in value for value in record.fields.values())


def a_statutory(path: Path) -> StatutoryVault:
    return StatutoryVault(SqliteEngine(path / "statutory.db", STATUTORY), a_ring("statutory", bytes(32)))


def test_a_month_that_is_over_takes_its_records_and_its_key_along(tmp_path: Path) -> None:
    vault = a_statutory(tmp_path)
    records = records_of(Choices(consents=(MAIL, OTHER)), vault.address("Hanako@Example.jp"))
    shown = vault.keep(b"m" * 16, records, DAY)
    assert [each.until for each in shown] == ["2026-12", "2029-11"]
    assert vault.keep(b"m" * 16, records, DAY) == shown, "again, they stand once"
    assert vault.count() == 2
    assert vault.address("hanako@example.jp ") in [record.get("address") for record in vault.read()]
    assert vault.end_months(date(2026, 12, 31)) == 0
    assert vault.end_months(date(2027, 1, 1)) == 1
    assert [record["record"] for record in vault.read()] == ["consent"]
    assert vault.end_months(date(2029, 12, 1)) == 1
    assert (vault.count(), vault.read()) == (0, [])
    vault.close()
    assert b"2026-12" not in b"".join(path.read_bytes() for path in tmp_path.iterdir()), "not even the month"


def test_a_copy_of_before_does_not_open_without_the_months_key(tmp_path: Path) -> None:
    vault = a_statutory(tmp_path)
    vault.keep(b"m" * 16, [Record(KINDS["consent"], {"kind": "x", "given": "2025-01-01"})], DAY)
    vault.close()
    before = (tmp_path / "statutory.db").read_bytes()
    assert b"2025-01-01" not in before
    assert b"given" not in before


def test_the_erasure_says_what_stays_and_the_vault_keeps_that_alone(tmp_path: Path) -> None:
    house = House(tmp_path)
    her = a_row(0, email="hanako.only@example.jp")
    house.enrol(her, a_row(1))
    consent = {"member_number": "M0000000", "kind": "email", "given_at": "2024-04-01", "text_version": "v1"}
    import_consents(house.vault, rows=[consent])
    ahead = what_stays(house.vault, card=card(her))
    done = erase_member(house.vault, card=card(her))
    assert isinstance(done, Erased)
    assert isinstance(ahead, tuple)
    assert ahead[:-1] == done.kept
    assert (ahead[-1].kind.name, ahead[-1].until) == ("provided", month_after(house.vault.today(), 36)), "if any"
    assert [each.kind.name for each in done.kept] == ["mail-consent"]
    assert done.kept[0].until == month_after(house.vault.today(), 1)
    statutory = house.vault.statutory
    assert statutory is not None
    assert statutory.count() == 1
    assert b"hanako.only" not in (tmp_path / "statutory.db").read_bytes()


def test_every_kind_says_its_law_and_its_fields() -> None:
    for kind in KINDS.values():
        assert all((kind.says.ja, kind.law.ja, kind.fields))
        assert kept([Record(kind, {})], DAY)[0].until == month_after(DAY, kind.months)
