"""A campaign's condition, as tills ask it: under a name of its own, at the shops and companies of its file. Pure."""

from __future__ import annotations

from typing import Final

from noren.activity.campaigns import CampaignRow
from noren.audience.language import Refused
from noren.audience.language.parsing import parse
from noren.audience.standings import LiveCondition
from noren.campaign.terms import campaign_in

PREFIX: Final = "campaign:"
"""No audience's name has a colon."""


def live_name(campaign: str) -> str:
    """Return the name under which a campaign's condition is asked."""
    return PREFIX + campaign


def live_condition(row: CampaignRow) -> LiveCondition:
    """Return a campaign's condition, and where it is asked."""
    campaign = campaign_in(row.file)
    condition = parse(campaign.condition)
    assert not isinstance(condition, Refused), "a kept campaign's condition was parsed"
    issue = campaign.issue
    return LiveCondition(live_name(row.campaign), condition, frozenset(issue.shops), frozenset(issue.partners))
