"""A campaign's file as draws are decided by it, and when its seed may be public. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from noren.campaign.deciding import Running
from noren.campaign.draw import Unit, threshold
from noren.campaign.spec import Campaign, Pace, face_value
from noren.kernel.clock import instant_of, local_date

REVEAL_DAYS: Final = 7
"""So long after its end, or its stop, the seed stays secret: late purchases are in by then."""


class Ending(Protocol):
    """A campaign's end. ``last_day``: an ordinal; ``stopped``: an instant in µs, 0: it was not."""

    @property
    def last_day(self) -> int: ...  # noqa: D102 - said above

    @property
    def stopped(self) -> int: ...  # noqa: D102 - said above


def first_reveal(campaign: Ending, zone: ZoneInfo) -> date:
    """Return the first day on which the seed may be revealed."""
    end = date.fromordinal(campaign.last_day)
    if campaign.stopped:
        end = min(end, local_date(instant_of(campaign.stopped), zone))
    return end + timedelta(days=REVEAL_DAYS)


def running_of(file: Campaign, seed: bytes) -> Running:
    """Return a campaign as a till decides by it."""
    issue, caps, per = file.issue, file.caps, file.caps.per_member
    return Running(
        id=file.id,
        unit=Unit(issue.draw),
        rate=threshold(issue.rate),
        holdout=threshold(issue.holdout),
        seed=seed,
        first=issue.first.toordinal(),
        last=issue.until.toordinal(),
        priority=file.offer.priority,
        face=face_value(file.offer) or 0,
        total=caps.total,
        per_day=caps.per_day,
        budget=caps.budget,
        even=caps.pace is Pace.EVEN,
        per_member=None if per is None else (per.count, per.days),
        draws_per_day=caps.draws_per_day,
        exclusive_category=file.offer.exclusive_category,
    )
