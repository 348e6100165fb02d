"""What the ledger side holds of a member, whole: her purchases, points, coupons, traits, uses. It knows no name.

The audiences that she was in are told as purposes: what a campaign is called and asks for is another company's secret,
and she is told the reason of what reached her elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from noren.activity.model import Coupon, Stop, Traits
from noren.activity.queries import OwnBalance, OwnPurchase, every_own_purchase, own_balance
from noren.audience.committing import holds
from noren.governance.disclosing.model import Document, Section
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.routes import ROUTE_SAYS, Route
from noren.governance.stopping import spell
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import SystemClock, local_date
from noren.kernel.ids import Handle
from noren.kernel.say import Say
from noren.provision.model import ProvisionRecord
from noren.register.names import name_purchase

MAX_PURCHASES: Final = 100_000
AUDIENCE_DAYS: Final = 35
"""For how many days back it is looked who was in a committed audience."""

_NONE: Final = "-"
Held = tuple[Sequence[Coupon], Sequence[Stop], int]
"""Her coupons, stops and months."""


def own_document(
    room: WorkerRoom, handle: Handle, held: tuple[Sequence[Coupon], Sequence[Stop], int]
) -> Document | None:
    """Return all that the ledger side holds of a member; None: no such member (any more).

    ``held``: her coupons, stops and months, read in a turn of the ledger.
    """
    settings, zone = room.home.settings, room.home.zone
    balance = own_balance(feed=room.feed, handle=handle, today=room.today(), expiry_days=settings.points.expiry_days)
    if balance is None:
        return None
    purchases = list(every_own_purchase(feed=room.feed, handle=handle, zone=zone, limit=MAX_PURCHASES))
    traits = next((each.traits for each in room.feed.profiles() if each.handle == handle.reveal()), None)
    provided = [each for each in room.provisions.records_of(handle.reveal()) if each.completed_on is not None]
    uses, (coupons, stops, months) = audience_uses(room, handle.reveal()), held
    content = {
        "balance": _balance(balance),
        "purchases": [_purchase(room, each) for each in purchases],
        "coupons": [_coupon(each) for each in coupons],
        "traits": None if traits is None else msgspec.to_builtins(traits),
        "stops": [{"rule": spell(each.rule), "since": each.since} for each in stops],
        "keep_months": months or None,
        "audiences": [{"purpose": purpose, "recipient": to, "last_day": day.isoformat()} for purpose, to, day in uses],
        "provisions": [provision(each, room) for each in provided],
    }
    made = local_date(SystemClock().now(), zone)
    programme = Say(settings.programme.name_ja, settings.programme.name_en)
    sections = (
        _points(balance), *sections_of_purchases(purchases, lambda shop: _shop(room, shop)),
        _coupons(coupons), _traits(traits), _provided(room, provided), _audiences(uses),
    )  # fmt: skip
    return Document("ledger", made, programme, content, sections)


def audience_uses(room: WorkerRoom, handle: bytes) -> list[tuple[str, str, date]]:
    """Return for which purposes and recipients she was in a committed audience, and the last day of each."""
    today, store = room.today(), room.audiences.store
    found: dict[tuple[str, str], date] = {}
    for version in store.newest_versions():
        for back in range(AUDIENCE_DAYS):
            day = today - timedelta(days=back)
            opening = store.opening(version.name, version.number, day)
            if opening is not None and holds(opening[1], opening[0], handle):
                known = version.guards.purpose, version.guards.recipient
                found[known] = max(day, found.get(known, day))
                break
    return sorted((purpose, recipient, day) for (purpose, recipient), day in found.items())


def provision(record: ProvisionRecord, room: WorkerRoom) -> dict[str, Any]:
    """Return a record of provision as she is told it (art. 33(5))."""
    return {
        "date": record.begun_on.isoformat(),
        "recipient": record.recipient_name,
        "address": record.address,
        "representative": record.representative,
        "purpose": record.purpose,
        "items": list(record.items),
        "route": record.route,
        "notice": record.notice,
        "notice_version": record.notice_version,
        "first_day": record.window.first.isoformat(),
        "last_day": record.window.last.isoformat(),
        "destroyed_by": local_date(record.expires_at, room.home.zone).isoformat(),
    }


def _balance(balance: OwnBalance) -> dict[str, Any]:
    first = balance.next_expiry
    return {
        "points": balance.points,
        "next_expiry": None if first is None else {"date": first.last_day.isoformat(), "points": first.points},
        "restricted": [
            {"company": each.partner, "points": each.points, "date": each.last_day.isoformat()}
            for each in balance.restricted
        ],
        "points_only": balance.points_only,
    }


def _purchase(room: WorkerRoom, one: OwnPurchase) -> dict[str, Any]:
    lines = None if one.lines is None else [asdict(line) for line in one.lines]
    return {
        "purchase": name_purchase(room.receipts.purchase_id, one.entry), "date": one.day.isoformat(),
        "company": one.partner, "shop": one.shop, "shop_name": _shop(room, one.shop), "amount": one.amount,
        "returned": one.returned, "points_earned": one.points, "points_used": one.points_used, "lines": lines,
    }  # fmt: skip


def _coupon(one: Coupon) -> dict[str, Any]:
    return {
        "title": {"ja": one.title_ja, "en": one.title_en}, "discount": one.discount, "min_spend": one.min_spend,
        "companies": list(one.partners), "valid_from": date.fromordinal(one.valid_from).isoformat(),
        "valid_until": date.fromordinal(one.valid_until).isoformat(), "used": bool(one.used),
    }  # fmt: skip


def _shop(room: WorkerRoom, shop: str) -> str:
    found = room.directory.shop(shop)
    return (found.name if found else None) or shop


def _points(balance: OwnBalance) -> Section:
    rows = [[each.partner, str(each.points), each.last_day.isoformat()] for each in balance.restricted]
    note = Say(f"残高 {balance.points:,} ポイント。", f"Balance: {balance.points:,} points.")
    heads = (Say("使える会社", "company"), Say("ポイント", "points"), Say("期限", "last day"))
    return Section(Say("ポイント", "Points"), note, heads, rows)


def sections_of_purchases(purchases: Sequence[OwnPurchase], shop: Callable[[str], str]) -> tuple[Section, Section]:
    """Return the paper's two long tables: purchases, and their lines. ``shop``: what a shop is called."""
    return _bought(purchases, shop), _lines(purchases)


def _bought(purchases: Sequence[OwnPurchase], shop: Callable[[str], str]) -> Section:
    rows = [
        [one.day.isoformat(), shop(one.shop), f"{one.amount:,}", f"{one.returned:,}", f"{one.points:,}",
         f"{one.points_used:,}"]
        for one in purchases
    ]  # fmt: skip
    heads = (
        Say("日付", "date"), Say("店舗", "shop"), Say("金額", "amount"), Say("返品", "returned"),
        Say("ついたポイント", "points earned"), Say("使ったポイント", "points used"),
    )  # fmt: skip
    note = Say(f"{len(purchases):,}件。", f"{len(purchases):,} of them.")
    return Section(Say("お買い物", "Purchases"), note, heads, rows)


def _lines(purchases: Sequence[OwnPurchase]) -> Section:
    rows = list(_each_line(purchases))
    heads = (Say("日付", "date"), Say("商品", "product"), Say("数量", "quantity"), Say("金額", "amount"))
    note = Say(f"{len(rows):,}行。", f"{len(rows):,} lines.")
    return Section(Say("お買い物の明細", "Lines of purchases"), note, heads, rows)


def _each_line(purchases: Sequence[OwnPurchase]) -> Iterator[list[str]]:
    for one in purchases:
        for line in one.lines or ():
            yield [one.day.isoformat(), line.name or line.product, str(line.quantity), f"{line.amount:,}"]


def _coupons(coupons: Sequence[Coupon]) -> Section:
    rows = [
        [Say(one.title_ja, one.title_en or one.title_ja), f"{one.discount:,}",
         date.fromordinal(one.valid_until).isoformat(), Say("使用済み", "used") if one.used else _NONE]
        for one in coupons
    ]  # fmt: skip
    heads = (Say("クーポン", "coupon"), Say("割引", "discount"), Say("期限", "until"), Say("状態", "state"))
    return Section(Say("クーポン", "Coupons"), Say("お手元のクーポンです。", "The coupons that you hold."), heads, rows)


def _traits(traits: Traits | None) -> Section:
    values: dict[str, object] = {} if traits is None else msgspec.to_builtins(traits)
    rows = [[name, _NONE if value is None else str(value)] for name, value in values.items()]
    note = Say(
        "条件に使われることのある、粗くした属性です。氏名や住所は、こちらの側にはありません。",
        "Coarse traits that a condition may ask for. No name or address is on this side.",
    )
    return Section(Say("登録属性", "Traits"), note, (Say("項目", "item"), Say("内容", "content")), rows)


def _provided(room: WorkerRoom, records: Sequence[ProvisionRecord]) -> Section:
    rows = [
        [each.begun_on.isoformat(), each.recipient_name, _purpose(each.purpose), _items(each.items),
         ROUTE_SAYS[Route(each.route)], local_date(each.expires_at, room.home.zone).isoformat()]
        for each in records
    ]  # fmt: skip
    heads = (
        Say("日付", "date"), Say("提供先", "recipient"), Say("利用目的", "purpose"), Say("項目", "items"),
        Say("根拠", "route"), Say("廃棄の期限", "destroyed by"),
    )  # fmt: skip
    note = Say(
        "個人情報保護法33条5項による、提供の記録です。", "The records of provision under article 33(5) of the APPI."
    )
    return Section(Say("提供の記録", "Records of provision"), note, heads, rows)


def _audiences(uses: Sequence[tuple[str, str, date]]) -> Section:
    rows = [[_purpose(purpose), recipient or _NONE, day.isoformat()] for purpose, recipient, day in uses]
    heads = (Say("目的", "purpose"), Say("相手", "recipient"), Say("最後の日", "last day"))
    note = Say(
        f"この{AUDIENCE_DAYS}日に確定した対象者に、あなたが含まれていたもの。目的でお示しします。",
        f"Audiences committed within {AUDIENCE_DAYS} days in which you were, told by their purposes.",
    )
    return Section(Say("対象者に含まれた目的", "Purposes for which you were in an audience"), note, heads, rows)


def _purpose(name: str) -> Say:
    return PURPOSES[name].name if name in PURPOSES else Say(name, name)


def _items(names: Sequence[str]) -> Say:
    found = [ITEMS[name].name if name in ITEMS else Say(name, name) for name in names]
    return Say("、".join(each.ja for each in found), ", ".join(each.en for each in found))
