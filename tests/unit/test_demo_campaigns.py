"""The demo's campaigns: files that may run, days moved with the year, and what members do with their slips."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from noren.campaign.lints import telling
from noren.campaign.reading import read_campaign
from noren.campaign.spec import Campaign
from noren.doors.cli.demo.campaigns import TODAYS, eves, of_the_year, papers
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.demo.year import ZONE, Basket, Line, find_year, shifted_to

TODAY = date(2026, 11, 26)
AT = datetime(2026, 11, 2, 9, tzinfo=ZONE)
SLIP: dict[str, Any] = {
    "type": "issue_coupon", "coupon": "cp_1", "campaign": "cheese", "barcode": {"value": "2100000000012"},
    "valid_from": "2026-11-01", "valid_until": "2026-11-20",
}  # fmt: skip


def wallet(folder: Path) -> Wallet:
    return Wallet(folder / "slips.ndjson", {"cheese": frozenset({"C"})})


def basket(receipt: str, product: str = "C", days: int = 0) -> Basket:
    return Basket(receipt, "1", "1", "3", AT + timedelta(days=days), [Line(product, 1, 500)])


def test_the_files_may_run_and_end_with_the_year_so_that_they_can_be_revealed_today() -> None:
    year = shifted_to(find_year(), TODAY)
    last = year.totals().last.date()
    for paper in papers(year.shift_days):
        read = read_campaign(paper.text)
        assert isinstance(read, Campaign)
        assert telling(read) == []
        assert (read.id, read.issue.first, read.issue.until) == (paper.id, paper.first, paper.until)
    assert all(
        paper.until <= last and paper.until + timedelta(days=7) <= TODAY for paper in of_the_year(year.shift_days)
    )
    (todays,) = (paper for paper in papers(year.shift_days) if paper.id == TODAYS)
    assert last < todays.first <= TODAY < todays.until
    assert date(2026, 10, 1) in eves(year.shift_days)


def test_a_slip_is_shown_once_where_it_is_good_and_after_an_interruption_by_the_same_purchase(tmp_path: Path) -> None:
    first = wallet(tmp_path)
    first.answered("3", "r0", [SLIP])
    first.answered("3", "r0", [SLIP])
    assert first.issued["cheese"] == 1, "a replay gives no second one"
    assert first.show(basket("r1", product="D")) is None
    assert first.show(basket("r2", days=30)) is None
    assert first.show(basket("r3")) == "2100000000012"
    assert first.show(basket("r4")) is None
    first.close()
    again = wallet(tmp_path)
    assert (again.show(basket("r3")), again.show(basket("r4"))) == ("2100000000012", None)
    again.answered("3", "r3", [{"type": "redeem_coupon", "coupon": "cp_1", "discount": 50}])
    again.answered("3", "r3", [{"type": "redeem_coupon", "coupon": "cp_1", "discount": 50}])
    assert (again.used["cheese"], again.off["cheese"]) == (1, 50)
    again.close()


def test_a_slip_that_the_till_refuses_stays_away_from_that_purchase(tmp_path: Path) -> None:
    first = wallet(tmp_path)
    first.answered("3", "r0", [SLIP])
    assert first.show(basket("r3"))
    first.refused("r3")
    first.close()
    again = wallet(tmp_path)
    assert again.show(basket("r3")) is None
    assert again.used.total() == 0
    again.close()


def test_a_slip_of_what_was_entered_goes_first_and_what_nobody_showed_can_be_claimed(tmp_path: Path) -> None:
    goods = {"cheese": None, "members-day": None}
    mine = Wallet(tmp_path / "slips.ndjson", goods, "members-day")
    entered = {**SLIP, "coupon": "cp_2", "campaign": "members-day", "barcode": {"value": "2100000000029"}}
    mine.answered("7", "r0", [{**SLIP, "valid_until": "2026-11-25"}, entered])
    assert mine.show(Basket("r1", "1", "1", "7", AT, [Line("C", 1, 500)])) == "2100000000029", "she always shows it"
    found = mine.forgotten()
    assert found is not None
    assert (found.receipt, found.household, found.slip["barcode"]["value"]) == ("r0", "7", "2100000000012")
    mine.answered("3", "r2", [{**SLIP, "coupon": "cp_3", "barcode": {"value": "2100000000036"}}])
    assert mine.forgotten() == found, "what is good longest"
    mine.close()
