"""Deletion by itself: the lines of who chose 3, 18 or 36 months go when they are older, in the ledger and the lake.

It is done once a month, for whole months: a purchase's lines go with the first round of a month that begins more than
so many months after its own. The purchase itself stays, with its amount and points, as one of points-only mode does;
so a resend is still known, and books and receipts are as before. A member who was merged takes her older rows along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.ports import AuditFeed
from noren.activity.sweeping import CHUNK, Broom
from noren.kernel.clock import microseconds, months_back

_PAGE: Final = 200
_MERGES: Final = 20_000
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


def first_kept(today: date, months: int) -> date:
    """Return the first day whose lines are kept for so many months: always the first of a month."""
    return months_back(today, months)


def cut_offs(feed: AuditFeed, today: date) -> dict[date, frozenset[bytes]]:
    """Return whose lines of days before which day go: by day, with whoever was merged into them."""
    chosen = {handle: first_kept(today, months) for handle, months in feed.all_keeping() if months}
    merged = dict[bytes, bytes]()
    entry = 0
    while page := feed.merges_after(entry, _MERGES):
        merged |= {source: target for _, source, target in page}
        entry = page[-1][0]
    for source in merged:
        end = source
        while end in merged:
            end = merged[end]
        if end in chosen:
            chosen[source] = chosen[end]
    out: defaultdict[date, set[bytes]] = defaultdict(set)
    for handle, day in chosen.items():
        out[day].add(handle)
    return {day: frozenset(handles) for day, handles in out.items()}


def thin_old_lines(broom: Broom, feed: AuditFeed, cuts: Mapping[date, frozenset[bytes]], zone: ZoneInfo) -> int:
    """Delete old lines from the ledger; return of how many purchases."""
    count = 0
    for day, handles in cuts.items():
        before_us = microseconds(datetime.combine(day, time(), zone).astimezone(UTC))
        for handle in handles:
            entries = _old(feed, handle, before_us)
            for start in range(0, len(entries), CHUNK):
                some = entries[start : start + CHUNK]
                broom.stroke(lambda batch, some=some, handle=handle: batch.thin(handle, some))
            count += len(entries)
    if count:
        broom.stroke(lambda batch: batch.turn_purchases())
    return count


def _old(feed: AuditFeed, handle: bytes, before_us: int) -> list[int]:
    """Return a member's purchases of before an instant that still have lines."""
    found: list[int] = []
    before: int | None = None
    while page := feed.chain(handle, before, _PAGE):
        found += [purchase.entry for purchase in page if purchase.at < before_us and purchase.lines is not None]
        before = page[-1].entry
    return found


def lake_day(day: date) -> int:
    """Return a day as the lake counts days."""
    return day.toordinal() - _EPOCH_DAY
