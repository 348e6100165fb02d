"""The demo's smaller parts: what it brings in, what it remembers, what it says, when it says that sums differ."""

from __future__ import annotations

import io
import shlex
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from noren.doors.cli.demo.errors import StockRefused
from noren.doors.cli.demo.people import people
from noren.doors.cli.demo.record import Record, keep_record, read_record
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.stock import bring_members, bring_terminals, one_key
from noren.doors.cli.demo.summary import Ledger, findings
from noren.doors.cli.demo.trial import trial_curl
from noren.doors.cli.demo.year import ZONE, Totals
from noren.house.home import Home, Settings
from noren.kernel.say import Say

WHEN = datetime(2026, 11, 16, 4, tzinfo=ZONE)
SOURCE = Totals(10, 100, 5000, 3, 1, WHEN, WHEN)


class RememberingDoor:
    """An inner door that takes everything but the members named."""

    def __init__(self, refused: str = "") -> None:
        self.calls: list[tuple[str, Any]] = []
        self._refused = refused

    def call(self, path: str, body: object = None, *, method: str = "POST") -> Any:
        asked: Any = msgspec.to_builtins(body)
        self.calls.append((path, asked))
        if path == "/terminals/add":
            return {"rows": [{"key": f"nt_test_{row['shop']}_{row['terminal']}"} for row in asked["rows"]]}
        rows = asked["members"] if path == "/enrol" else asked["rows"]
        wrong = {"reason_ja": "だめ", "reason_en": "no"}
        return {"results": [wrong if row["member_number"] == self._refused else "added" for row in rows]}


def ledger(**changes: int) -> Ledger:
    same = {"purchases": 10, "lines": 100, "amount": 5000, "lake_rows": 100, "lake_amount": 5000}
    return Ledger(**{**dict.fromkeys(Ledger.__struct_fields__, 0), **same, **changes})


def test_what_agrees_is_found_to_agree() -> None:
    assert list(findings(SOURCE, ledger(), off=0, more_came=False)) == []


def test_what_slips_took_off_is_missing_in_the_ledger_and_nothing_else() -> None:
    less = ledger(amount=4950, lake_amount=4950)
    assert list(findings(SOURCE, less, off=50, more_came=False)) == []
    assert list(findings(SOURCE, less, off=49, more_came=False))
    assert list(findings(SOURCE, ledger(amount=4950), off=50, more_came=False)), "the lake has it too"


@pytest.mark.parametrize("figure", ["purchases", "lines", "amount", "lake_rows", "lake_amount"])
@pytest.mark.parametrize("off", [-1, 1])
def test_one_unit_off_anywhere_is_found(figure: str, off: int) -> None:
    wrong = list(findings(SOURCE, ledger(**{figure: getattr(ledger(), figure) + off}), off=0, more_came=False))
    assert wrong
    assert all(say.ja and say.en for say in wrong)


def test_beside_a_complete_year_more_may_stand_but_not_less() -> None:
    more = ledger(purchases=11, lines=102, amount=5730, lake_rows=102, lake_amount=5730)
    assert list(findings(SOURCE, more, off=0, more_came=True)) == []
    assert list(findings(SOURCE, more, off=0, more_came=False))
    assert list(findings(SOURCE, ledger(purchases=9), off=0, more_came=True))


def test_what_a_member_did_not_want_kept_later_is_no_loss() -> None:
    less = ledger(lake_rows=98, lake_amount=4900)
    assert list(findings(SOURCE, less, off=0, more_came=True)) == []
    assert list(findings(SOURCE, less, off=0, more_came=False))
    assert list(findings(SOURCE, ledger(lake_rows=98, lake_amount=5100), off=0, more_came=True))


def test_a_points_only_purchase_is_in_the_ledger_and_not_in_the_lake() -> None:
    one_more = ledger(purchases=11, amount=5730, amount_without_lines=730)
    assert list(findings(SOURCE, one_more, off=0, more_came=True)) == []
    assert list(findings(SOURCE, ledger(purchases=11, amount=5730), off=0, more_came=True))


def test_members_come_shuffled_each_with_one_card_and_second_cards_after() -> None:
    persons = people({str(number): None for number in range(1200)}, date(2025, 11, 16))
    door, told = RememberingDoor(), list[int]()
    bring_members(door, persons, told.append)
    enrolled = [row for path, body in door.calls if path == "/enrol" for row in body["members"]]
    added = [row for path, body in door.calls if path == "/cards/add" for row in body["rows"]]
    assert told == [500, 1000, 1200]
    assert [row["member_number"] for row in enrolled] != [person.member_number for person in persons]
    assert {row["member_number"] for row in enrolled} == {person.member_number for person in persons}
    assert set(enrolled[0]) == {
        "member_number", "card", "family_name", "given_name", "family_kana", "given_kana", "birth_date", "sex",
        "postal_code", "prefecture", "city", "street", "phone", "email", "email_ok", "post_ok", "since",
    }  # fmt: skip
    cards = [row["card"] for row in (*enrolled, *added)]
    assert sorted(cards) == sorted(card for person in persons for card in person.cards)


def test_a_refused_member_stops_the_demo_with_the_reason() -> None:
    persons = people({"1": None, "2": None}, date(2025, 11, 16))
    with pytest.raises(StockRefused, match="no") as stopped:
        bring_members(RememberingDoor(persons[1].member_number), persons, lambda _done: None)
    assert "だめ" in stopped.value.say.ja


def test_every_lane_gets_a_key_of_its_own() -> None:
    keys = bring_terminals(RememberingDoor(), [str(shop) for shop in range(457)])
    assert len(set(keys.values())) == len(keys) == 914
    assert keys["3", "2"] == "nt_test_3_2"
    assert one_key(RememberingDoor(), "3") == "nt_test_3_demo"


def test_the_curl_is_a_purchase_that_adds_up() -> None:
    command = trial_curl("http://127.0.0.1:8002", "nt_test_x", "2980001234567890", ("1", "2"), WHEN)
    words = shlex.split(command)
    body = msgspec.json.decode(words[words.index("-d") + 1])
    assert words[:3] == ["curl", "-sS", "http://127.0.0.1:8002/v1/purchases"]
    assert "Authorization: Bearer nt_test_x" in words
    assert body["amount"] == sum(line["amount"] for line in body["lines"])
    assert (body["business_date"], body["at"]) == ("2026-11-16", "2026-11-16T04:00:00+09:00")
    assert trial_curl("", "", "", ("1", "2"), WHEN) != trial_curl("", "", "", ("1", "2"), WHEN)


def test_a_home_remembers_its_demo_and_only_a_demo(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings())
    assert read_record(home) is None
    record = Record(3241, 3, complete=True, purchases_per_second=2000.5, seconds=77.7)
    keep_record(home, record)
    assert read_record(home) == record
    (tmp_path / "demo.json").write_text("{")
    assert read_record(home) is None


@pytest.mark.parametrize(("lang", "shown"), [("ja", "購買: 10 / 10"), ("en", "Purchases: 10 / 10")])
def test_where_there_is_no_terminal_progress_is_plain_lines(lang: Any, shown: str) -> None:
    out = io.StringIO()
    with Screen(lang, out).work(Say("購買", "Purchases"), 10) as watch:
        for done in (*range(11), 10, 10):
            watch(done, "9/s")
    assert out.getvalue().startswith(shown)
    assert out.getvalue().count("\n") == 1
