"""What the demo says at its end: one set of figures from three places, and whether they agree to the last unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from noren.doors.cli.demo.counter import LiveCoupon
from noren.doors.cli.demo.staff import Persona
from noren.doors.cli.demo.year import Totals
from noren.doors.cli.imports.sheet import SHOWN, Sheet
from noren.house.showing import AudienceShown, KeyShown, SheetLine, Turned, WaitingShown
from noren.house.showing_campaigns import CampaignShown, ClaimShown, SettlementShown, TiersShown
from noren.kernel.say import Say


class Reconciliation(msgspec.Struct, frozen=True):
    """The sheet of what came from the earlier system, asked for at the very end."""

    differences: int
    lines: tuple[SheetLine, ...]


class Summary(msgspec.Struct, frozen=True):
    """The summary as ``--json`` prints it; the names are those of the contract (cli.md).

    ``amount`` and ``lake_amount`` are before ``discounts``: what the year's slips took off.
    """

    purchases: int
    lines: int
    amount: int
    lines_set_aside: int
    baskets_set_aside: int
    discounts: int
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
    curl_check: str
    addresses: dict[str, str]
    login: dict[str, str]
    staff: tuple[Persona, ...]
    reconciliation: Reconciliation
    keys: tuple[KeyShown, ...]
    rotation: Turned | None
    audiences: tuple[AudienceShown, ...]
    waiting: WaitingShown | None
    campaigns: tuple[CampaignShown, ...]
    claim: ClaimShown | None
    claim_again: str
    tiers: TiersShown | None
    settlement: SettlementShown | None
    coupon: LiveCoupon | None
    coupon_curl: str | None


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


def findings(source: Totals, ledger: Ledger, *, off: int, more_came: bool) -> Iterator[Say]:
    """Compare source, ledger and lake.

    ``off``: what slips took off, as the till answered it: in the ledger amounts stand without it.
    ``more_came``: the year was complete before, so that purchases of other origin (the printed
    ``curl``) may stand in the ledger beside it; then it may hold more, but nothing less.
    """
    year = {"purchases": source.purchases, "lines": source.lines, "amount": source.amount - off}
    for name, expected in year.items():
        found = int(getattr(ledger, name))
        if found != expected and not (more_came and found > expected):
            yield _differ("台帳", "the ledger", name, found, "購買データ", "the source", expected)
    with_lines = ledger.amount - ledger.amount_without_lines  # a points-only purchase has no line in the lake
    if more_came and ledger.lake_rows < ledger.lines and ledger.lake_amount <= with_lines:
        return  # what was not kept, or erased, stands in the tally, which knows no member; the audit compares rows
    if ledger.lake_rows != ledger.lines:
        yield _differ("履歴", "the lake", "lines", ledger.lake_rows, "台帳", "the ledger", ledger.lines)
    if ledger.lake_amount != with_lines:
        yield _differ("履歴", "the lake", "amount", ledger.lake_amount, "台帳", "the ledger", with_lines)


def _differ(ja: str, en: str, what: str, found: int, other_ja: str, other_en: str, other: int) -> Say:
    return Say(
        f"{ja}の {what} は {found:,} ですが、{other_ja}では {other:,} です。",
        f"{what} in {en} is {found:,}, but {other:,} in {other_en}.",
    )


def unreconciled(sheet: Sheet) -> Iterator[Say]:
    """Yield the first differences of the cut-over's sheet."""
    for each in sheet.differences[:SHOWN]:
        where = f"{each.kind} {each.company or '*'}"
        yield Say(f"引き継ぎ {where}: {each.what.ja}", f"Brought over, {where}: {each.what.en}")


def in_words(summary: Summary) -> Iterator[tuple[Say, str]]:
    """Yield the summary line by line: what it is, and the figure."""
    yield Say("購買", "Purchases"), f"{summary.purchases:,}"
    yield Say("明細", "Lines"), f"{summary.lines:,}"
    yield Say("金額(最小単位)", "Amount (minor units)"), f"{summary.amount:,}"
    yield Say("券による値引き", "Taken off by slips"), f"{summary.discounts:,}"
    yield Say("除いた明細(数量0)", "Lines set aside (no quantity)"), f"{summary.lines_set_aside:,}"
    yield Say("履歴の行数", "Lake rows"), f"{summary.lake_rows:,}"
    yield Say("履歴の金額", "Lake amount"), f"{summary.lake_amount:,}"
    yield Say("付与ポイント", "Points earned"), f"{summary.points_earned:,}"
    yield Say("会員・カード", "Members, cards"), f"{summary.members:,}, {summary.cards:,}"
    yield Say("店舗・商品", "Shops, products"), f"{summary.shops:,}, {summary.products:,}"
    yield Say("1秒あたりの購買", "Purchases per second"), f"{summary.purchases_per_second:,.0f}"
    yield Say("1年に要した秒数", "Seconds for the year"), f"{summary.seconds:,.1f}"
    yield Say("最初のページまでの秒数", "Seconds to the first page"), f"{summary.first_page_s:,.1f}"


_KINDS: Final = {
    "lots": Say("ポイント残高", "Points"),
    "coupons": Say("クーポン", "Coupons"),
    "consents": Say("同意", "Consents"),
    "stops": Say("停止の申し出", "Stops"),
}
SHEET_HEAD: Final = (
    Say("引き継ぎ", "Brought over"), Say("もと", "Source"), Say("= 入っている", "= stands"),
    Say("+ 除いた", "+ set aside"), Say("+ 差", "+ open"),
)  # fmt: skip


def sheet_rows(lines: Iterable[SheetLine]) -> Iterator[tuple[Say, ...]]:
    """Yield the sheet row by row: how many there are, and where they have a value, what they are worth."""
    for x in lines:
        kind, of = _KINDS[x.kind], f" {x.company}" if x.company else ""
        worth = x.kind in ("lots", "coupons")
        pairs = ((x.source_rows, x.source), (x.stands_rows, x.stands), (x.aside_rows, x.aside), (x.open_rows, x.open))
        yield Say(f"{kind.ja}{of}", f"{kind.en}{of}"), *(_counted(rows, value, worth) for rows, value in pairs)


def _counted(rows: int, value: int, worth: bool) -> Say:
    """Return rows and their value, narrow enough for five columns on a terminal of 80."""
    told = f"{rows:,} ({value:,})" if worth and (rows or value) else f"{rows:,}"
    return Say(told, told)


def keys_in_words(keys: Sequence[KeyShown], now: datetime) -> Say:
    """Say how many keys there are and how old the oldest is."""
    days = max(key.age_days(now) for key in keys)
    return Say(
        f"鍵は{len(keys)}種類。いまの版のうち最も古いものは{days}日前のものです。",
        f"{len(keys)} kinds of keys; the oldest current version is {days} days old.",
    )


def after_words(summary: Summary) -> Iterator[Say]:
    """Yield what came after the campaigns: the claim, the tiers, the settlement."""
    if summary.claim is not None:
        yield Say(
            "\n券が出なかったという申し出を、レシートとカードで確かめました:",
            "\nA claim that no slip came out, settled by receipt and card:",
        )
        yield _in(summary.claim.told())
        yield Say(
            "  店頭の担当者(hara)としてサインインして、もう一度確かめられます:",
            "  Whoever is signed in at the counter (hara) may claim it again:",
        )
        yield Say(f"  {summary.claim_again}", f"  {summary.claim_again}")
    if summary.tiers is not None:
        yield Say("\n会員ランク(公開した決まりと、おおよその人数):", "\nMember tiers, and about how many in each:")
        for each in (summary.tiers, *summary.tiers.levels):
            yield _in(each.told())
    if summary.settlement is not None:
        yield from _settled(summary.settlement)


def _settled(found: SettlementShown) -> Iterator[Say]:
    yield Say("\n会社間の精算(最小単位):", "\nSettlement between the companies (minor units):")
    yield _in(found.told())
    for each in found.sums:
        head = f"  {each.company:<6} {each.amount:>+15,}  "
        yield Say(f"{head}{each.what_ja} {each.count:,}件", f"{head}{each.what_en}: {each.count:,}")
    for payment in found.payments:
        said = payment.told()
        yield Say(f"  支払い: {said.ja}", f"  To pay: {said.en}")
    files = ", ".join(found.files)
    yield Say(f"  書き出したもの: {files}", f"  Written: {files}")


def _in(said: Say) -> Say:
    return Say(f"  {said.ja}", f"  {said.en}")
