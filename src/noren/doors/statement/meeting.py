"""Which campaigns a member met: by her purchases and the public terms alone, so that it tells nothing of any draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.entered import Entered
from noren.activity.model import Purchase
from noren.activity.own_draws import OwnCampaign
from noren.kernel.clock import instant_of, local_date, microseconds
from noren.register.decide import instant_that_counts
from noren.register.drawing import LATEST

_FOR_EVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Visit:
    """Where and when she bought.

    ``t``: the instant that conditions see, ``received``: both µs; ``said``: partner and shop as terms spell them.
    """

    entry: int
    day: date
    t: int
    received: int
    partner: str
    shop: str
    said: tuple[bytes, bytes]


def visits_of(purchases: Iterable[Purchase], zone: ZoneInfo) -> list[Visit]:
    """Return purchases as campaigns see them; what was brought over or came too late takes part in no draw."""
    return [
        _visit(each, zone)
        for each in purchases
        if not each.imported and instant_of(each.received) - instant_of(each.at) <= LATEST
    ]


def _visit(bought: Purchase, zone: ZoneInfo) -> Visit:
    t = instant_that_counts(instant_of(bought.at), instant_of(bought.received))
    said = msgspec.json.encode(bought.partner), msgspec.json.encode(bought.shop)
    return Visit(bought.entry, local_date(t, zone), microseconds(t), bought.received, bought.partner, bought.shop, said)


def met_at(campaign: OwnCampaign, visits: Sequence[Visit]) -> list[Visit]:
    """Return where and when she bought while a campaign's slips came out there."""
    until = campaign.stopped or _FOR_EVER
    near = [each for each in visits if campaign.started <= each.received < until and _is_named(campaign, each)]
    if not near:
        return []  # most campaigns are elsewhere: their terms need not be read
    terms: dict[str, Any] = json.loads(campaign.terms)
    partners, shops = terms.get("partners", ()), terms.get("shops", ())
    return [
        each
        for each in near
        if (each.partner in partners or each.shop in shops) and terms["from"] <= each.day.isoformat() <= terms["until"]
    ]


def had_entered(entered: Entered | None, visits: Sequence[Visit]) -> bool:
    """Return whether her entry was there at one of these visits at least."""
    return entered is not None and any(entered.holds(each.t, each.entry) for each in visits)


def _is_named(campaign: OwnCampaign, visit: Visit) -> bool:
    return any(name in campaign.terms for name in visit.said)
