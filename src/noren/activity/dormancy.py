"""Which members are dormant on the ledger side: nothing bought for the term, no points moved, and none left.

The vault asks; the answer is yes or no by this side's own term, never a day: asked again with other terms it would be.
Only reads, so that a till never waits for it. Whoever is unknown here, has left or was merged is not dormant.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.model import MemberState
from noren.activity.ports import LedgerFeed
from noren.activity.thinning import begin_us
from noren.kernel.clock import months_back

_PAGE: Final = 50


def last_quiet_day(today: date, *, months: int, expiry_days: int) -> date:
    """Return the day after which nothing may have happened: points of that day would have lapsed by now."""
    return min(months_back(today, months), today - timedelta(days=expiry_days)) - timedelta(days=1)


def is_dormant(feed: LedgerFeed, handle: bytes, *, quiet: date, zone: ZoneInfo) -> bool:
    """Return whether a member has bought nothing since a day and has no points."""
    member = feed.member(handle)
    if member is None or member.state is not MemberState.ACTIVE:
        return False
    if member.pool > 0 or member.last_movement > quiet.toordinal():
        return False
    if member.lots and any(lot.points > 0 for lot in feed.member_lots(handle)):
        return False
    return not _bought_since(feed, handle, begin_us(quiet + timedelta(days=1), zone))


def _bought_since(feed: LedgerFeed, handle: bytes, since_us: int) -> bool:
    """The whole chain is looked at: an older purchase may have been brought in after a newer one."""
    before: int | None = None
    while page := feed.chain(handle, before, _PAGE):
        if any(purchase.at >= since_us for purchase in page):
            return True
        before = page[-1].entry
    return False
