"""Everybody's lines stand 36 months; then a day's sum for each company is left in the ledger, and no single purchase.

It is done once a month, for whole months, and for a purchase at the second day of the month at the earliest: a question
of the first is still asked as of the last day before (``audience.judging.horizon_of``). Each member is one transaction,
so that a till gets in between; done again, or broken off and begun again, it ends the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.ageing import first_kept
from noren.activity.closing import DayOf
from noren.activity.ports import AuditFeed
from noren.activity.sweeping import Broom
from noren.governance.retention import KEEP_LINES_MONTHS
from noren.kernel.clock import instant_of, local_date, microseconds

PAGE: Final = 5_000
MEMBERS_A_STROKE: Final = 20
"""Members in one transaction: some milliseconds each, where a month of theirs goes."""


def first_whole(today: date) -> date:
    """Return the first day whose purchases stand line by line."""
    return first_kept(today - timedelta(days=1), KEEP_LINES_MONTHS)


def begin_us(day: date, zone: ZoneInfo) -> int:
    """Return a local day's first instant, in microseconds."""
    return microseconds(datetime.combine(day, time(), zone).astimezone(UTC))


def day_of(zone: ZoneInfo) -> DayOf:
    """Return what tells an instant's local day, and that day's first instant."""

    def told(at: int) -> tuple[int, int]:
        day = local_date(instant_of(at), zone)
        return day.toordinal(), begin_us(day, zone)

    return told


def thin_ledger(broom: Broom, feed: AuditFeed, first: date, zone: ZoneInfo) -> int:
    """Make sums of all purchases of before a day; return how many were whole."""
    before_us, after, count = begin_us(first, zone), 0, 0
    days = day_of(zone)
    while True:
        reached, handles = feed.unthinned(after, before_us, PAGE)
        for start in range(0, len(handles), MEMBERS_A_STROKE):
            counted = list[int]()
            some = tuple(handles[start : start + MEMBERS_A_STROKE])
            broom.stroke(
                lambda batch, some=some, counted=counted: counted.extend(
                    batch.coarsen(handle, before_us, days) for handle in some
                )
            )
            count += sum(counted)
        if reached is None:
            return count
        after = reached
