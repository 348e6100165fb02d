"""What a member is shown of coupons: bars that a scanner reads, what became of each, and of nobody else's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.door.statement_visit import Visit, make_home

from noren.activity.model import Changes, Coupon
from noren.doors.statement.bars import barcode_picture, ean13_modules
from noren.house.home import Home
from noren.house.ledger_stores import open_ledger
from noren.house.statement import statement_room
from noren.kernel.ids import Handle
from noren.register.barcodes import ean13
from noren.testing.member_ledger import MemberLedger

# ISO/IEC 15420, read the scanner's way: widths of dark and light runs of a digit, light first on the left half.
WIDTHS = dict(
    zip(["3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112"], "0123456789", strict=True)
)
FIRST = dict(
    zip(
        ["000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010"],
        "0123456789",
        strict=True,
    )
)


def scanned(modules: str) -> str:
    """Return the digits of 95 modules, read by the widths of their runs."""
    assert (len(modules), modules[:3], modules[45:50], modules[-3:]) == (95, "101", "01010", "101")
    halves = [modules[3:45], modules[50:92]]
    left, right = ([half[at : at + 7] for at in range(0, 42, 7)] for half in halves)
    read = [_digit(each) for each in left]
    first = FIRST["".join(parity for _, parity in read)]
    return first + "".join(digit for digit, _ in read) + "".join(_digit(each)[0] for each in right)


def _digit(modules: str) -> tuple[str, str]:
    widths = "".join(str(len(run[0])) for run in re.finditer(r"1+|0+", modules))
    return (WIDTHS[widths], "0") if widths in WIDTHS else (WIDTHS[widths[::-1]], "1")


@pytest.mark.parametrize("number", ["5901234123457", "4006381333931", "2900000000001", "0012345678905"])
def test_bars_are_read_as_the_number(number: str) -> None:
    assert scanned(ean13_modules(number)) == number


def test_bars_of_any_number_are_read() -> None:
    for _ in range(200):
        number = ean13(secrets.token_bytes(16))
        assert scanned(ean13_modules(number)) == number, number


def test_a_known_number_has_the_bars_that_everybody_gives_it() -> None:
    """The example of the standard's own tables: 5901234123457."""
    assert ean13_modules("5901234123457") == (
        "101" "0001011" "0100111" "0110011" "0010011" "0111101" "0011101" "01010"
        "1100110" "1101100" "1000010" "1011100" "1001110" "1000100" "101"
    )  # fmt: skip


def test_the_picture_keeps_what_the_pages_policy_forbids_out() -> None:
    for barcode in ("5901234123457", "ABC-778"):
        assert "style" not in barcode_picture(barcode)
        assert barcode_picture(barcode).startswith("<svg")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "h")


@pytest.fixture
def ledger(home: Home) -> Iterator[MemberLedger]:
    made = MemberLedger(home)
    yield made
    made.close()


TITLES = {"使える券": (0, 20), "使った券": (1, 20), "無効の券": (-1, 20), "過ぎた券": (0, -3)}


def given(home: Home, handle: Handle) -> None:
    """Give a member a coupon of each state, as another system's were brought over."""
    today = datetime.now(home.zone).date().toordinal()
    store = open_ledger(home, "ledger-worker")
    with store.batch() as batch:
        changes = Changes(next_entry=batch.next_entry())
        for title, (used, days) in TITLES.items():
            name, barcode = secrets.token_bytes(16), ean13(secrets.token_bytes(16))
            until = today + days
            made = Coupon(name, handle.reveal(), barcode, title, "", 50, 0, ("P1",), today - 9, until, used=used)
            changes.coupons.append(made)
        batch.write(changes)
    store.close()


def test_each_coupon_is_told_with_what_became_of_it(home: Home, ledger: MemberLedger) -> None:
    handle = ledger.member(1)
    given(home, handle)
    visit = Visit(statement_room(home), handle)
    visit.enter()
    told: list[dict[str, Any]] = visit.get("/v1/coupons").json()["coupons"]
    states = {each["title"]["ja"]: each["state"] for each in told}
    assert states == {"使える券": "open", "使った券": "used", "無効の券": "void", "過ぎた券": "expired"}
    assert [(each["why"], each["check"], each["slip"]) for each in told] == [(None, None, "")] * 4
    page = visit.get("/coupons").text
    barcodes = {each["title"]["ja"]: each["barcode"] for each in told}
    assert [title for title in TITLES if barcodes[title] in page] == ["使える券"], "what is over is read by no till"
    for said in ("使いました", "返品などで無効になりました", "期限が過ぎました", "抽選によらないクーポンです。"):
        assert said in page


def test_she_sees_no_coupon_of_another_member(home: Home, ledger: MemberLedger) -> None:
    given(home, ledger.member(1))
    visit = Visit(statement_room(home), ledger.member(1, points_only=True))
    visit.enter()
    assert visit.get("/v1/coupons").json()["coupons"] == []
    page = visit.get("/coupons?lang=en").text
    assert "There is no coupon that you could use now." in page
    assert "In points-only mode you take part in no draw." in page


@pytest.mark.parametrize("path", ["/coupons", "/v1/coupons"])
def test_nobody_sees_it_without_signing_in(home: Home, ledger: MemberLedger, path: str) -> None:
    assert Visit(statement_room(home), ledger.member(1)).get(path).status_code == 401
