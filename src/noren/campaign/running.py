"""A campaign's file as draws are decided by it. Pure."""

from __future__ import annotations

from noren.campaign.deciding import Running
from noren.campaign.draw import Unit, threshold
from noren.campaign.spec import Campaign, Pace, face_value


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
