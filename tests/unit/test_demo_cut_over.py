"""The demo's cut-over and keys: the earlier system's files, the sheet in words, what the front gets, a stuck key."""

from __future__ import annotations

import io
import shlex
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from noren.doors.cli.demo.drive import Driven
from noren.doors.cli.demo.errors import KeyStuck
from noren.doors.cli.demo.old_system import write_files
from noren.doors.cli.demo.people import Person, people
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.summary import SHEET_HEAD, keys_in_words, sheet_rows, unreconciled
from noren.doors.cli.demo.trial import coupon_curl
from noren.doors.cli.demo.turning import Turning
from noren.doors.cli.demo.year import ZONE
from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.imports.run import Order, open_order, try_out
from noren.doors.cli.imports.sheet import Difference, Sheet
from noren.doors.cli.speech import called
from noren.house.home import Home, Settings
from noren.house.showing import KeyShown, SheetLine, Shown, Turned, read_shown, show
from noren.kernel.say import Say

FIRST, LAST = date(2025, 11, 24), date(2026, 11, 22)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LOTS = SheetLine("lots", "CJ", 10, 1_000, 8, 900, 2, 100, 0, 0)
TURNED = Turned("card-index", 2, 2_685, 8.2, 21_117, 0, 0)
KEY = KeyShown("card-index", ("till",), 2, NOW - timedelta(days=3), "索引", "the index")


@pytest.fixture
def persons() -> list[Person]:
    return people(dict.fromkeys(map(str, range(300))), FIRST)


def test_the_earlier_systems_files_are_the_same_each_time_and_can_be_read(
    tmp_path: Path, persons: list[Person]
) -> None:
    (tmp_path / "again").mkdir()
    files = write_files(tmp_path, persons, first=FIRST, last=LAST, persona=persons[0])
    again = write_files(tmp_path / "again", persons, first=FIRST, last=LAST, persona=persons[0])
    rows: dict[str, int] = {}
    for kind, file in files.items():
        assert file.read_bytes() == again[kind].read_bytes()
        order = Order(file, KINDS[kind], Setting(NOW, ZONE))
        report = try_out(order, open_order(order))
        assert (report.encoding.lower(), report.rejected) == ("cp932", 0)
        rows[kind] = report.findings.rows
    assert rows["lots"] > len(persons)
    assert rows["coupons"] > 4
    assert 1 < rows["stops"] < rows["consents"] < len(persons)


def test_each_time_the_coupons_command_is_given_it_is_another_receipt() -> None:
    command = coupon_curl("http://127.0.0.1:8002", "k", "2980001234567890", ("1", "2"), NOW, "2100000000012")
    words = command.split(" ", 1)[1]

    def body() -> Any:
        said = subprocess.run(["sh", "-c", f"printf '%s\\n' {words}"], capture_output=True, text=True, check=True)
        return msgspec.json.decode(said.stdout.splitlines()[-1])

    first, second = body(), body()
    assert first["coupons"] == ["2100000000012"]
    assert first["receipt"] != second["receipt"]
    assert len(first["receipt"]) <= 32
    assert {**first, "receipt": ""} == {**second, "receipt": ""}


def test_the_sheet_fits_a_terminal_of_80_columns_in_both_languages() -> None:
    big = SheetLine("lots", "CJ", 2_472, 4_914_027, 2_397, 4_754_684, 75, 159_343, 0, 0)
    for lang, word in (("ja", "ポイント残高 CJ"), ("en", "Points CJ")):
        out = io.StringIO()
        Screen(lang, out).sheet(SHEET_HEAD, sheet_rows([big]))  # type: ignore[arg-type]
        assert word in out.getvalue()
        assert "2,397 (4,754,684)" in out.getvalue()
        assert "…" not in out.getvalue()


def test_a_difference_is_named_and_none_is_not() -> None:
    sheet = Sheet()
    assert list(unreconciled(sheet)) == []
    sheet.differ(Difference("coupons", "CJ", Say("入っていません。", "does not stand.")))
    (said,) = unreconciled(sheet)
    assert said == Say("引き継ぎ coupons CJ: 入っていません。", "Brought over, coupons CJ: does not stand.")


def test_what_is_shown_is_read_back_and_nothing_where_nothing_is(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings())
    (tmp_path / "run").mkdir()
    assert read_shown(home) is None
    shown = Shown((LOTS,), 0, (KEY,), TURNED)
    show(home, shown)
    assert read_shown(home) == shown
    (tmp_path / "run" / "shown.json").write_text("{")
    assert read_shown(home) is None


def test_keys_and_their_turning_in_words() -> None:
    assert "3日前" in keys_in_words([KEY, msgspec.structs.replace(KEY, created=NOW)], NOW).ja
    assert "3 days old" in keys_in_words([KEY], NOW).en
    refused = msgspec.structs.replace(TURNED, refused=7, put_off=5).told()
    assert "21,117 purchases, 7 refused, 5 asked to wait" in refused.en
    assert "断ったもの7件" in refused.ja


def test_a_key_that_can_not_turn_stops_the_demo_and_says_why(tmp_path: Path) -> None:
    with Turning(tmp_path / "no-home") as turning, pytest.raises(KeyStuck) as stuck:
        turning.wait(Driven())
    assert "no-home" in stuck.value.say.en
    assert "goes on from here" in stuck.value.say.en


def test_a_command_is_named_so_that_it_can_be_typed() -> None:
    assert shlex.split(called())
