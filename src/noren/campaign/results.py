"""What a campaign came to: slips and what became of them, and once it is over its holdout and its lift.

Who is in the holdout is told to nobody before the end. A member's time begins with her first draw and goes as long as a
slip is good; what she bought then where slips are redeemed counts, whether she had one or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from noren.activity.campaigns import FORGOTTEN, CampaignRow, CampaignState
from noren.activity.ports import AuditFeed
from noren.campaign.draw import Outcome
from noren.campaign.eligibility import first_since
from noren.campaign.lift import Lift, lift_of
from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.kernel.values import value

AT_ONCE: Final = 5_000
_US: Final = timedelta(microseconds=1)
OVER: Final = frozenset({CampaignState.STOPPED, CampaignState.REVEALING, CampaignState.REVEALED})


@value
class Groups:
    """What each member of the two groups spent in her time; those alone whose time is over."""

    reached: tuple[int, ...]
    holdout: tuple[int, ...]

    @property
    def lift(self) -> Lift | None:
        """How much more the reached spent."""
        return lift_of(self.reached, self.holdout)


@dataclass(slots=True)
class _Hers:
    """A member's group and time."""

    holdout: bool
    begins: int
    ends: int
    spent: int = field(default=0)


def is_over(row: CampaignRow, today: int) -> bool:
    """Return whether nobody is drawn for any more."""
    return row.state in OVER or (row.state is CampaignState.RUNNING and today > row.last_day)


def groups(row: CampaignRow, feed: AuditFeed, now: int) -> Groups:
    """Return what the groups spent, as far as each member's time is over. ``now``: in microseconds."""
    campaign, hers = campaign_in(row.file), dict[bytes, _Hers]()
    drawn = _drawn(row, feed)
    entry, outcome = next(drawn, (0, ""))
    good, behind = timedelta(days=campaign.offer.valid_days) // _US, first_since(feed, row.started)
    while found := feed.purchases_after(behind, AT_ONCE):
        for each in found:
            known = hers.get(each.handle)
            if known is not None and known.begins < each.at < known.ends and _redeems(campaign, each.partner):
                known.spent += each.amount_left
            while entry and entry < each.entry:  # its purchase is none of a member's any more
                entry, outcome = next(drawn, (0, ""))
            if each.entry == entry:
                new = _Hers(outcome == Outcome.HOLDOUT.value, each.at, each.at + good)
                hers.setdefault(each.handle, new)
                entry, outcome = next(drawn, (0, ""))
        behind = found[-1].entry
    done = [each for each in hers.values() if each.ends <= now]
    return Groups(
        tuple(each.spent for each in done if not each.holdout), tuple(each.spent for each in done if each.holdout)
    )


def _redeems(campaign: Campaign, partner: str) -> bool:
    return partner in campaign.offer.redeem_at


def _drawn(row: CampaignRow, feed: AuditFeed) -> Iterator[tuple[int, str]]:
    seq = -1
    while found := feed.draws_after(row.number, seq, AT_ONCE):
        yield from ((each.entry, each.outcome) for each in found if each.outcome != FORGOTTEN)
        seq = found[-1].seq
