"""A till's book of campaigns for tests of the draw alone: conditions are true of whoever a test says."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.activity.about import AboutHer
from noren.activity.model import Purchase
from noren.activity.ports import LedgerStore
from noren.campaign.reading import read_campaign
from noren.campaign.running import running_of
from noren.campaign.spec import Campaign
from noren.campaign.terms import public_terms, terms_hash, terms_text
from noren.register.campaigns import Fatigue, Here, LiveCampaign, NotTold, here_of
from noren.register.paper import Paper

FILE = """
id = "{id}"
title = {{ ja = "新商品コーヒー 50円引き", en = "50 yen off our new coffee" }}
purpose = "register-coupon"
condition = '{condition}'
[issue]
partners = ["P1"]
from = {first}
until = {until}
draw = "{draw}"
rate = "{rate}"
holdout = "{holdout}"
{issue}
[caps]
{caps}
[offer]
kind = "amount"
value = 50
products = '{products}'
min_spend = 0
redeem_at = ["P1"]
valid_days = 14
{offer}
[text]
slip = {{ ja = ["新商品コーヒー 50円引きクーポン"], en = ["50 yen off"] }}
"""


def campaign_text(
    name: str = "coffee-fans",
    *,
    first: date = date(2026, 11, 1),
    until: date = date(2026, 11, 30),
    condition: str = 'visits(category = "COFFEE") >= 5 in last 365 days',
    draw: str = "member",
    rate: str = "1",
    holdout: str = "0",
    issue: str = "",
    caps: str = "",
    products: str = 'category = "COFFEE"',
    offer: str = "",
) -> str:
    """Return a campaign's file; ``issue``, ``caps``, ``offer``: more lines of these tables."""
    return FILE.format(
        id=name,
        first=first,
        until=until,
        condition=condition,
        draw=draw,
        rate=rate,
        holdout=holdout,
        issue=issue,
        caps=caps,
        offer=offer,
        products=products,
    )


def campaign_file(name: str = "coffee-fans", **said: Any) -> Campaign:
    """Return a campaign as its file says it; see ``campaign_text``."""
    read = read_campaign(campaign_text(name, **said))
    assert isinstance(read, Campaign), read
    return read


@dataclass(slots=True)
class FakeBook:
    """Fills ``CampaignBook``. ``fits``: whether a purchase's member fits a campaign; None: it can not be told."""

    live: list[LiveCampaign] = field(default_factory=list[LiveCampaign])
    fits: Callable[[Purchase, LiveCampaign], bool] | None = lambda _purchase, _campaign: True
    fatigue: Fatigue | None = None
    printed: Paper = field(default_factory=Paper)
    terms: dict[str, dict[str, object]] = field(default_factory=dict[str, "dict[str, object]"])

    def run(self, file: Campaign, seed: bytes = b"s" * 32) -> LiveCampaign:
        """Let a campaign run, and return it."""
        key = Ed25519PrivateKey.generate()
        terms = public_terms(file, bytes(16), [bytes(32)] * 3, key.public_key().public_bytes_raw())
        made = LiveCampaign(len(self.live) + 1, file, running_of(file, seed), terms_hash(terms_text(terms)), key)
        self.live.append(made)
        self.terms[file.id] = terms
        return made

    def look(self, store: LedgerStore) -> None:
        """See ``CampaignBook``: nothing changes by itself."""

    def at(self, shop: str, partner: str, day: int) -> Here:
        """See ``CampaignBook``."""
        here = [each for each in self.live if shop in each.file.issue.shops or partner in each.file.issue.partners]
        return here_of(each for each in here if each.running.first <= day <= each.running.last)

    def eligible(
        self, purchase: Purchase, t: datetime, here: Here, over: Collection[int], about: AboutHer | None
    ) -> Collection[LiveCampaign] | NotTold:
        """See ``CampaignBook``."""
        del t, about  # conditions see no instant here, and nothing of her
        fits = self.fits
        if fits is None:
            return NotTold("test")
        return [each for each in here.campaigns if each.number not in over and fits(purchase, each)]

    def decided(self, purchases: Sequence[Purchase]) -> None:
        """See ``CampaignBook``: nothing is remembered here."""

    def reopened(self) -> None:
        """See ``CampaignBook``: nothing is remembered here."""

    def paper(self, shop: str, partner: str) -> Paper:
        """See ``CampaignBook``."""
        del shop, partner  # the same paper everywhere
        return self.printed

    def random(self, size: int) -> bytes:
        """See ``CampaignBook``."""
        return secrets.token_bytes(size)
