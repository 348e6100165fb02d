"""Purchases: the lines of a receipt anywhere in the file, taken whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.files.reading import SETTING, TOKYO, read_bytes

from noren.doors.cli.files.columns import match_columns
from noren.doors.cli.files.entries import Reader
from noren.doors.cli.files.kinds import PURCHASES
from noren.doors.cli.files.receipts import LINES_IN_MEMORY, Gathered, gather, judge, shares
from noren.doors.cli.files.tables import open_table
from noren.kernel.say import Say

HEADER = "shop,terminal,business_date,receipt,card,at,product,quantity,amount"
CARD = "2980000000000001"


def row(receipt: str, product: str, *, card: str = CARD, at: str = "2026-11-01 10:00", day: str = "2026-11-01") -> str:
    return f"S1,T1,{day},{receipt},{card},{at},{product},1,100"


def gathered(tmp_path: Path, rows: list[str | bytes], of: int = 1) -> tuple[list[Gathered], dict[int, Say]]:
    path = tmp_path / "p.csv"
    path.write_bytes(b"\n".join([HEADER.encode(), *(r.encode() if isinstance(r, str) else r for r in rows)]) + b"\n")
    table = open_table(path)
    good: list[Gathered] = []
    bad: dict[int, Say] = {}
    for share in range(of):
        reader = Reader(table, PURCHASES, match_columns(table.columns, PURCHASES.columns, {}), SETTING)
        for found in judge(gather(reader.entries(), share, of), TOKYO):
            if isinstance(found, Gathered):
                good.append(found)
            else:
                bad.update(found)
    return good, bad


@pytest.mark.parametrize("of", [1, 2, 7])
def test_lines_are_gathered_from_all_over_the_file(tmp_path: Path, of: int) -> None:
    good, bad = gathered(tmp_path, [row("1", "a"), row("2", "b"), row("1", "c"), row("2", "b")], of)
    assert bad == {}
    assert {found.rows for found in good} == {(2, 4), (3, 5)}
    first = next(found.body for found in good if found.rows == (2, 4))
    assert first == {
        "shop": "S1", "terminal": "T1", "business_date": "2026-11-01", "receipt": "1", "card": CARD,
        "at": "2026-11-01T10:00:00+09:00",
        "lines": [
            {"product": "a", "quantity": 1, "amount": 100}, {"product": "c", "quantity": 1, "amount": 100},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (row("1", "b", card="2980000000000002"), "another card or time"),
        (row("1", "b", at="2026-11-01 10:01"), "another card or time"),
        (row("1", "b").replace(",1,100", ",0,100"), "whole number"),
        (row("1", "b").replace("100", "1,000"), "columns"),
        ("S1,T1,2026-11-01,1,2980", "columns"),
        (row("1", "b").encode() + b"\x85\xff", "bytes"),
    ],
)
def test_one_wrong_line_sets_its_whole_receipt_aside(tmp_path: Path, broken: str | bytes, word: str) -> None:
    good, bad = gathered(tmp_path, [row("1", "a"), row("2", "x"), broken])
    assert [found.rows for found in good] == [(3,)]
    assert set(bad) == {2, 4}
    assert word in bad[4].en
    assert "line 4 of the same receipt is wrong" in bad[2].en


def test_the_till_s_limits_hold_for_whole_receipts(tmp_path: Path) -> None:
    far = [row("1", "a", at="2026-11-03 00:00")]
    many = [row("2", "a")] * 501
    rich = [row("3", "a").replace(",1,100", ",1,1000000000"), row("3", "b")]
    good, bad = gathered(tmp_path, [*far, *many, *rich])
    assert good == []
    assert "more than one day" in bad[2].en
    assert "at most 500 lines" in bad[3].en
    assert "at most 1000000000" in bad[504].en


def test_shares_follow_the_named_limit() -> None:
    assert (shares(0), shares(LINES_IN_MEMORY), shares(LINES_IN_MEMORY + 1)) == (1, 1, 2)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+09:00", "0001-01-01 00:00"])
def test_a_time_at_the_end_of_all_calendars_is_a_reject_and_no_crash(tmp_path: Path, at: str) -> None:
    good, bad = gathered(tmp_path, [row("1", "a"), row("2", "b", at=at)])
    assert [found.rows for found in good] == [(2,)]
    assert list(bad) == [3]
    assert "年を確かめて" in bad[3].ja
    assert "1970-01-02 to 2999-12-31" in bad[3].en


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_business_date_at_the_end_of_all_calendars_is_a_reject(tmp_path: Path, day: str) -> None:
    found = read_bytes(tmp_path, f"{HEADER}\n{row('1', 'a', day=day)}\n".encode(), "purchases")
    assert "年を確かめて" in found.bad[2].ja
    assert "1970-01-02 to 2999-12-31" in found.bad[2].en
