"""The ledger side's document as data: every value that stands under a member's handle, but for what has its reason.

The shape is docs/reference/disclosure.md's; what is left out, and why, is ``ledger_told``'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.forgetting import WHOLE
from noren.activity.model import FORGOTTEN_LINE, CardState, Coupon, Line, Opening, Posting, Purchase, Return
from noren.activity.own_draws import OwnDraw
from noren.activity.tier_days import first_of
from noren.activity.tiers import TierRow
from noren.governance.stopping import spell
from noren.house.ledger_owned import Hers, OwnedPurchase
from noren.house.ledger_told import not_told
from noren.kernel.clock import instant_of, local_date
from noren.provision.model import ProvisionRecord


@dataclass(frozen=True, slots=True)
class Names:
    """How things are told: the outer name of a purchase, what a shop is called, the programme's zone."""

    purchase: Callable[[int], str]
    shop: Callable[[str], str]
    zone: ZoneInfo

    def instant(self, at_us: int) -> str:
        """Return an instant in local time."""
        return instant_of(at_us).astimezone(self.zone).isoformat()


def content_of(hers: Hers, names: Names) -> dict[str, Any]:
    """Return the document's data."""
    owned, own = hers.owned, hers.owned.handles[0]
    first = [each for each in owned.profiles if each.handle == own]
    return {
        "balance": _balance(hers),
        "purchases": [_purchase(each, hers, names) for each in hers.purchases],
        "lines_beside": [_beside(each, hers, names) for each in hers.beside],
        "day_sums": [
            {"date": each.day.isoformat(), "category": each.category, "quantity": each.quantity, "amount": each.amount}
            for each in hers.sums
        ],
        "movements": _movements(hers, names),
        "carried_over": [_opening(each) for each in owned.openings],
        "coupons": [_coupon(each, names) for each in owned.coupons],
        "campaign_entries": [
            {"campaign": each.campaign, "at": names.instant(each.entered.at)} for each in owned.entries
        ],
        "not_drawn": [{"purchase": names.purchase(each.entry), "why": each.why} for each in owned.undrawn],
        "draws": [_draw(each) for each in owned.draws],
        "cards": [CardState(each).name.lower() for each in owned.cards],
        "traits": msgspec.to_builtins(first[0].traits) if first else None,
        "tier": _tier(owned.tier),
        "draw_numbers": [each.draw_number.hex() for each in owned.profiles],
        "members_merged_into_her": len(owned.handles) - 1,
        "traits_of_merged": [msgspec.to_builtins(each.traits) for each in owned.profiles if each.handle != own],
        "stops": [{"rule": spell(each.rule), "since": each.since} for each in owned.stops],
        "keep_months": owned.keep_months or None,
        "audiences": [
            {"purpose": purpose, "recipient": to, "last_day": day.isoformat()} for purpose, to, day in hers.uses
        ],
        "provisions": [provision_told(each, names.zone) for each in hers.provided],
        "not_told": not_told(),
    }


def _tier(row: TierRow | None) -> dict[str, Any] | None:
    """Return her tier of a month; None: the lowest, or there are no rules."""
    if row is None:
        return None
    month, since = (first_of(each).isoformat()[:7] for each in (row.month, row.since))
    return {"month": month, "level": row.level, "since": since, "was": row.was}


def _balance(hers: Hers) -> dict[str, Any]:
    balance, member = hers.balance, hers.member
    first = balance.next_expiry
    return {
        "membership": member.state.name.lower(),
        "points": balance.points,
        "next_expiry": None if first is None else {"date": first.last_day.isoformat(), "points": first.points},
        "restricted": [
            {"company": each.partner, "points": each.points, "date": each.last_day.isoformat()}
            for each in balance.restricted
        ],
        "points_only": balance.points_only,
        "as_booked": member.pool,
        "last_movement": _day(member.last_movement),
        "fixed_term": [
            {"company": each.partner, "points": each.points, "last_day": _day(each.expires)} for each in hers.lots
        ],
    }


def _purchase(one: OwnedPurchase, hers: Hers, names: Names) -> dict[str, Any]:
    it, bare = one.purchase, one.kept in ("day-sum", "not-kept")
    return {
        "purchase": names.purchase(it.entry),
        "date": local_date(instant_of(it.at), names.zone).isoformat(),
        "at": None if bare else names.instant(it.at),
        "recorded_at": None if bare else names.instant(it.received),
        "business_date": _day(it.key.day),
        "company": it.partner,
        "shop": it.shop,
        "shop_name": names.shop(it.shop),
        "terminal": it.terminal,
        "receipt": it.receipt,
        **_points(it),
        "imported": it.imported,
        "kept": one.kept,
        "lines": None if one.lines is None else [_line(line, hers) for line in one.lines],
        "returns": [_return(each, names) for each in one.returns],
        "coupons_shown": [
            {"barcode": each.barcode, "company": each.partner, "discount": each.discount, "day": _day(each.day),
             "problem": each.problem}
            for each in hers.owned.redemptions.get(it.entry, ())
        ],
        "asked_not_to_keep": [
            {"line": None if each.line == WHOLE else each.line, "since": names.instant(each.since),
             "gone": each.done > 0}
            for each in hers.owned.forgetting.get(it.entry, ())
        ],
        "answered": _answer(it.answer),
    }  # fmt: skip


def _points(it: Purchase) -> dict[str, int]:
    return {
        "amount": it.amount, "returned": it.amount - it.amount_left, "points_earned": it.earned_left,
        "points_earned_at_first": it.earned, "points_used": it.used_left, "points_base": it.base_left,
        "amount_per_point": it.per,
    }  # fmt: skip


def _line(line: Line, hers: Hers) -> dict[str, Any]:
    name = hers.names.get(line.product)
    told = {"product": line.product, "name": name, "quantity": line.quantity, "amount": line.amount}
    return told | ({"not_kept": True} if line == FORGOTTEN_LINE else {})


def _return(one: Return, names: Names) -> dict[str, Any]:
    lines = None if one.lines is None else [msgspec.to_builtins(line) for line in one.lines]
    return {
        "return": one.name, "at": names.instant(one.at), "amount": one.amount, "lines": lines,
        "answered": _answer(one.answer),
    }  # fmt: skip


def _beside(line: Any, hers: Hers, names: Names) -> dict[str, Any]:
    return {
        "date": line.day.isoformat(), "at": names.instant(line.at), "shop": line.shop, "company": line.partner,
        "product": line.product, "name": hers.names.get(line.product), "quantity": line.quantity,
        "amount": line.amount,
    }  # fmt: skip


def _movements(hers: Hers, names: Names) -> list[dict[str, Any]]:
    of_return = {back.entry: each.entry for each in hers.purchases for back in each.returns}
    entries = {each.entry for each in hers.purchases}
    lots = {each.number: _day(each.expires) for each in hers.lots}
    return [_movement(each, of_return, entries, lots, names) for each in hers.owned.postings]


def _movement(
    one: Posting, of_return: Mapping[int, int], entries: set[int], lots: Mapping[int, str | None], names: Names
) -> dict[str, Any]:
    entry = of_return.get(one.entry, one.entry)
    return {
        "date": _day(one.day), "kind": one.kind.name.lower().replace("_", "-"), "company": one.partner,
        "points": one.points, "fixed_term_until": lots.get(one.lot),
        "purchase": names.purchase(entry) if entry in entries else None,
    }  # fmt: skip


def _opening(one: Opening) -> dict[str, Any]:
    earned, until = _day(one.earned), _day(one.expires)
    return {"company": one.partner, "earned": earned, "last_day": until, "points": one.points}


def _coupon(one: Coupon, names: Names) -> dict[str, Any]:
    return {
        "coupon": one.coupon.hex(), "barcode": one.barcode, "title": {"ja": one.title_ja, "en": one.title_en},
        "discount": one.discount, "min_spend": one.min_spend, "companies": list(one.partners),
        "valid_from": _day(one.valid_from), "valid_until": _day(one.valid_until), "used": one.used > 0,
        "used_with": names.purchase(one.used) if one.used > 0 else None, "void": one.used < 0,
        "campaign": one.campaign or None, "given_with": names.purchase(one.issued_by) if one.issued_by else None,
        "kind": one.kind, "value": one.value, "max_value": one.max_value, "products": one.products,
        "stack": one.stack, "after_returns": one.returns,
    }  # fmt: skip


def _draw(one: OwnDraw) -> dict[str, Any]:
    """Before the seed is public, who was not given a slip is not told why: whom a campaign leaves out must not know."""
    told = one.revealed or one.row.outcome == "issued"
    return {
        "campaign": one.campaign, "number": one.row.seq, "ticket": one.row.ticket.hex(),
        "outcome": one.row.outcome if told else "not-issued", "salt": one.row.salt.hex() if told else None,
        "leaf": one.row.leaf.hex(),
    }  # fmt: skip


def provision_told(record: ProvisionRecord, zone: ZoneInfo) -> dict[str, Any]:
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
        "destroyed_by": local_date(record.expires_at, zone).isoformat(),
    }


_NO_DAY: Final = 0


def _day(ordinal: int) -> str | None:
    return date.fromordinal(ordinal).isoformat() if ordinal > _NO_DAY else None


def _answer(raw: bytes) -> Any:
    """Return what the till was answered; it is our own, and JSON; None: after its time, or never one."""
    return json.loads(raw) if raw else None
