"""What a member is shown of her tier: what it is, since and until when, what is missing, and the rules.

Her tier is what the ledger-worker worked out for this month. What counts now is asked of her own purchases, here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from noren.activity.ports import OwnPageFeed
from noren.activity.tier_days import first_of, month_of
from noren.activity.tiers import (
    Level,
    Rules,
    RulesRow,
    TierMonth,
    TierRow,
    Window,
    her_of,
    level_of,
    next_level,
    of_month,
    published,
    span_of,
)
from noren.audience.tiering.telling import RulesView, told
from noren.audience.tiering.words import days_says, measured_says
from noren.house.statement import StatementRoom
from noren.kernel.clock import local_date, microseconds
from noren.kernel.ids import Handle
from noren.kernel.say import Say

_MONTHS: Final = 12


class AheadView(msgspec.Struct, frozen=True):
    """What counts already for the next time: over which days, how much, and what would be missing.

    ``next`` and ``missing`` are null where she has reached the highest level.
    """

    month: date
    days: Say
    counted: Say
    so_far: Say
    next: Say | None
    missing: Say | None


class TierView(msgspec.Struct, frozen=True):
    """Her tier. ``id``, ``title``, ``until``: null while it is not worked out; ``since``: null where it is not kept."""

    id: str | None
    title: Say | None
    since: date | None
    until: date | None
    ahead: AheadView | None
    rules: tuple[RulesView, ...]
    points_only: bool


def tier_of(room: StatementRoom, feed: OwnPageFeed, handle: Handle) -> TierView | None:
    """Return what she is shown; None: the programme has published no rules."""
    rows = published(feed.tier_rules())
    if not rows:
        return None
    now = room.programme_now(feed)
    today, currency = local_date(now, room.home.zone), room.home.settings.programme.currency
    row, member = feed.tier_of(handle.reveal()), feed.member(handle.reveal())
    points_only = member is not None and member.points_only
    level = _level(rows, feed.tier_months(), row, today)
    held = row is not None and level is not None and row.level == level.id and row.month == month_of(today)
    ahead = _ahead(room, feed, handle, rows, today, microseconds(now) + 1)
    return TierView(
        level.id if level else None,
        _title(level) if level else None,
        first_of(row.since) if row is not None and held else None,
        _last_of(month_of(today)) if level else None,
        ahead,
        told(rows, today, currency),
        points_only,
    )


def _level(rows: Sequence[RulesRow], months: Sequence[TierMonth], row: TierRow | None, today: date) -> Level | None:
    found = her_of(row, months).on(today)
    known = {level.id: level for each in rows for level in each.rules.level}
    return None if found is None else known[found]


def _ahead(
    room: StatementRoom, feed: OwnPageFeed, handle: Handle, rows: Sequence[RulesRow], today: date, now_us: int
) -> AheadView | None:
    """Return what counts for the next month whose days hold today; None: there is none within a year."""
    found = _next(rows, today)
    if found is None:
        return None
    month, rules = found
    currency = room.home.settings.programme.currency
    measured = feed.tier_sum_of(handle.reveal(), rules.measure, span_of(rules, month, room.home.zone), now_us)
    above = next_level(rules, measured)
    return AheadView(
        first_of(month),
        days_says(rules, month),
        measured_says(rules.measure, measured, currency),
        _title(level_of(rules, measured)),
        _title(above) if above else None,
        measured_says(rules.measure, above.threshold - measured, currency) if above else None,
    )


def _next(rows: Sequence[RulesRow], today: date) -> tuple[int, Rules] | None:
    """Return the next month for which what is bought today counts, and its rules."""
    this = month_of(today)
    for month in range(this + 1, this + 1 + _MONTHS):
        found = of_month(rows, month)
        if found is None:
            continue
        rules = found[0].rules
        if rules.window is Window.LAST_MONTHS or month // 12 == this // 12 + 1:
            return month, rules
    return None


def _title(level: Level) -> Say:
    return Say(level.title.ja, level.title.en)


def _last_of(month: int) -> date:
    return first_of(month + 1) - timedelta(days=1)
