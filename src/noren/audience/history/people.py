"""Members as the evaluator reads them: shuffled, with traits; and what they received, used and hold."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.model import Profile
from noren.audience.ledger_readings import birth_year, day_of, pool_lapses, received_from
from noren.kernel.clock import instant_of

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Names = Mapping[bytes, str]
"""Under which text each active member's handle stands in the evaluator's files."""


def shuffled(profiles: Iterable[Profile]) -> list[Profile]:
    """Return the members in an order that nobody chose; a number is a place in it."""
    order = list(profiles)
    random.SystemRandom().shuffle(order)
    return order


def name_of(number: int) -> str:
    """Return the text under which a member stands in the build's files: its order is the numbers'."""
    return f"{number:010d}"


def trait_columns(order: Sequence[Profile], names: Names, day: date) -> Mapping[str, list[object]]:
    """Return the columns of the members' table; tiers are those of a day."""
    traits = [each.traits for each in order]
    return {
        "member": [names[each.handle] for each in order],
        "sex": [t.sex for t in traits],
        "birth_year": [birth_year(t) for t in traits],
        "birth_month": [t.birth_month for t in traits],
        "prefecture": [t.prefecture for t in traits],
        "postal3": [t.postal3 for t in traits],
        "tier": [each.tier.on(day) for each in order],
        "since": [f"{t.since[:7]}-01" if t.since else None for t in traits],
        "email_ok": [t.email_ok for t in traits],
        "post_ok": [t.post_ok for t in traits],
    }


def lot_columns(
    order: Sequence[Profile], lots: Iterable[tuple[bytes, int, int]], names: Names, expiry_days: int
) -> Mapping[str, list[object]]:
    """Return the columns of the balances: a row for each pool that holds something and for each lot."""
    rows: list[tuple[str, int, date | None]] = [
        (names[each.handle], each.pool, pool_lapses(each.pool, each.last_movement, expiry_days))
        for each in order
        if each.pool
    ]
    rows += [(names[handle], points, day_of(expires)) for handle, points, expires in lots if handle in names]
    return {
        "member": [row[0] for row in rows],
        "points": [row[1] for row in rows],
        "expires": [row[2].isoformat() if row[2] else None for row in rows],
    }


def issued_columns(
    coupons: Iterable[tuple[bytes, str, int]], names: Names, zone: ZoneInfo
) -> Mapping[str, list[object]]:
    """Return the columns of the messages: a coupon was issued at the latest when its first valid day began."""
    rows = [
        (names[h], campaign, received_from(day, zone).astimezone(UTC).isoformat())
        for h, campaign, day in coupons
        if h in names
    ]
    return {
        "member": [row[0] for row in rows],
        "campaign": [row[1] for row in rows],
        "kind": ["coupon"] * len(rows),
        "at": [row[2] for row in rows],
    }


def used_columns(coupons: Iterable[tuple[bytes, str, int]], names: Names) -> Mapping[str, list[object]]:
    """Return the columns of the redemptions."""
    rows = [(names[h], campaign, _instant(at)) for h, campaign, at in coupons if h in names]
    return {
        "member": [row[0] for row in rows],
        "campaign": [row[1] for row in rows],
        "at": [row[2] for row in rows],
    }


def _instant(at_us: int) -> str:
    return instant_of(at_us).isoformat()
