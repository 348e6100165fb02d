"""Which campaigns a member met: by her purchases and the public terms alone, so that it tells nothing of any draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.model import Purchase
from noren.activity.own_draws import OwnCampaign
from noren.kernel.clock import instant_of, local_date
from noren.register.decide import instant_that_counts
from noren.register.drawing import LATEST

_FOR_EVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Visit:
    """Where and when she bought. ``received``: µs; ``said``: partner and shop as terms spell them."""

    day: date
    received: int
    partner: str
    shop: str
    said: tuple[bytes, bytes]


def visits_of(purchases: Iterable[Purchase], zone: ZoneInfo) -> list[Visit]:
    """Return purchases as campaigns see them; what was brought over or came too late takes part in no draw."""
    return [
        Visit(
            local_date(instant_that_counts(instant_of(each.at), instant_of(each.received)), zone),
            each.received,
            each.partner,
            each.shop,
            (msgspec.json.encode(each.partner), msgspec.json.encode(each.shop)),
        )
        for each in purchases
        if not each.imported and instant_of(each.received) - instant_of(each.at) <= LATEST
    ]


def is_met(campaign: OwnCampaign, visits: Sequence[Visit]) -> bool:
    """Return whether she bought where and when a campaign's slips came out."""
    until = campaign.stopped or _FOR_EVER
    near = [each for each in visits if campaign.started <= each.received < until and _is_named(campaign, each)]
    if not near:
        return False  # most campaigns are elsewhere: their terms need not be read
    terms: dict[str, Any] = json.loads(campaign.terms)
    partners, shops = terms.get("partners", ()), terms.get("shops", ())
    return any(
        (each.partner in partners or each.shop in shops) and terms["from"] <= each.day.isoformat() <= terms["until"]
        for each in near
    )


def _is_named(campaign: OwnCampaign, visit: Visit) -> bool:
    return any(name in campaign.terms for name in visit.said)
