"""What the demo says at its end: one set of figures from three places, and whether they agree to the last unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from noren.doors.cli.demo.year import Totals
from noren.kernel.say import Say


class Summary(msgspec.Struct, frozen=True):
    """The summary as ``--json`` prints it; the names are those of the contract (cli.md)."""

    purchases: int
    lines: int
    amount: int
    lines_set_aside: int
    baskets_set_aside: int
    lake_rows: int
    lake_amount: int
    lake_entry: int
    ledger_entry: int
    points_earned: int
    purchases_per_second: float
    seconds: float
    first_page_s: float
    members: int
    cards: int
    shops: int
    products: int
    agree: bool
    curl: str
    addresses: dict[str, str]
    login: dict[str, str]


class Ledger(msgspec.Struct, frozen=True):
    """What the ledger worker's ``/summary`` tells, as far as the demo looks at it."""

    purchases: int
    lines: int
    amount: int
    amount_without_lines: int
    points_earned: int
    members: int
    cards: int
    shops: int
    products: int
    lake_rows: int
    lake_amount: int
    lake_entry: int
    ledger_entry: int


def read_ledger(answer: Any) -> Ledger:
    """Read the ledger worker's summary."""
    return msgspec.convert(answer, Ledger)


def findings(source: Totals, ledger: Ledger, *, more_came: bool) -> Iterator[Say]:
    """Compare source, ledger and lake.

    ``more_came``: the year was complete before, so that purchases of other origin (the printed
    ``curl``) may stand in the ledger beside it; then it may hold more, but nothing less.
    """
    year = {"purchases": source.purchases, "lines": source.lines, "amount": source.amount}
    for name, expected in year.items():
        found = int(getattr(ledger, name))
        if found != expected and not (more_came and found > expected):
            yield _differ("台帳", "the ledger", name, found, "購買データ", "the source", expected)
    if ledger.lake_rows != ledger.lines:
        yield _differ("履歴", "the lake", "lines", ledger.lake_rows, "台帳", "the ledger", ledger.lines)
    with_lines = ledger.amount - ledger.amount_without_lines  # a points-only purchase has no line in the lake
    if ledger.lake_amount != with_lines:
        yield _differ("履歴", "the lake", "amount", ledger.lake_amount, "台帳", "the ledger", with_lines)


def _differ(ja: str, en: str, what: str, found: int, other_ja: str, other_en: str, other: int) -> Say:
    return Say(
        f"{ja}の {what} は {found:,} ですが、{other_ja}では {other:,} です。",
        f"{what} in {en} is {found:,}, but {other:,} in {other_en}.",
    )


def in_words(summary: Summary) -> Iterator[tuple[Say, str]]:
    """Yield the summary line by line: what it is, and the figure."""
    yield Say("購買", "Purchases"), f"{summary.purchases:,}"
    yield Say("明細", "Lines"), f"{summary.lines:,}"
    yield Say("金額(最小単位)", "Amount (minor units)"), f"{summary.amount:,}"
    yield Say("除いた明細(数量0)", "Lines set aside (no quantity)"), f"{summary.lines_set_aside:,}"
    yield Say("履歴の行数", "Lake rows"), f"{summary.lake_rows:,}"
    yield Say("履歴の金額", "Lake amount"), f"{summary.lake_amount:,}"
    yield Say("付与ポイント", "Points earned"), f"{summary.points_earned:,}"
    yield Say("会員・カード", "Members, cards"), f"{summary.members:,}, {summary.cards:,}"
    yield Say("店舗・商品", "Shops, products"), f"{summary.shops:,}, {summary.products:,}"
    yield Say("1秒あたりの購買", "Purchases per second"), f"{summary.purchases_per_second:,.0f}"
    yield Say("1年に要した秒数", "Seconds for the year"), f"{summary.seconds:,.1f}"
    yield Say("最初のページまでの秒数", "Seconds to the first page"), f"{summary.first_page_s:,.1f}"
