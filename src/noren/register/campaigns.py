"""What a till needs of campaigns: which run here, who of the members fits, and what signs their slips.

Filled in the house over the ledger's rows, the till's own key and the standing desk; by fakes in tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.activity.about import AboutHer
from noren.activity.model import Purchase
from noren.activity.ports import LedgerStore
from noren.campaign.deciding import Running
from noren.campaign.live import live_name
from noren.campaign.spec import Campaign
from noren.kernel.values import value
from noren.register.paper import Paper


@value
class LiveCampaign:
    """A campaign in force. ``number``: its name within the ledger; ``key`` signs its slips under ``terms_hash``."""

    number: int
    file: Campaign
    running: Running
    terms_hash: bytes
    key: Ed25519PrivateKey


@value
class Here:
    """The campaigns at one shop on one day, with the names of their conditions: whether the basket in hand counts.

    ``with_entry``: those in which only members take part who entered.
    """

    campaigns: tuple[LiveCampaign, ...] = ()
    names: Mapping[str, bool] = field(default_factory=dict[str, bool])
    by_name: Mapping[str, LiveCampaign] = field(default_factory=dict[str, LiveCampaign])
    by_number: Mapping[int, LiveCampaign] = field(default_factory=dict[int, LiveCampaign])
    with_entry: tuple[LiveCampaign, ...] = ()


def here_of(campaigns: Iterable[LiveCampaign]) -> Here:
    """Return campaigns with their conditions' names."""
    by_name = {live_name(each.file.id): each for each in campaigns}
    counts = {name: each.file.issue.counts_this_purchase for name, each in by_name.items()}
    found = tuple(by_name.values())
    with_entry = tuple(each for each in found if each.file.issue.entry)
    return Here(found, counts, by_name, {each.number: each for each in found}, with_entry)


@value
class NotTold:
    """Which campaigns fit can not be told now. ``why``: a word."""

    why: str


@value
class Fatigue:
    """At most so many slips a member within so many days, over all campaigns."""

    count: int
    days: int


class CampaignBook(Protocol):
    """The campaigns in force at this till."""

    @property
    def fatigue(self) -> Fatigue | None:
        """The limit over all campaigns; None: there is none."""
        ...

    def look(self, store: LedgerStore) -> None:
        """Bring the book up to the ledger, between two batches; do what only a till can for those that begin or end."""
        ...

    def at(self, shop: str, partner: str, day: int) -> Here:
        """Return the campaigns whose slips may come out at a shop on a local day (an ordinal)."""
        ...

    def eligible(
        self, purchase: Purchase, t: datetime, here: Here, over: Collection[int], about: AboutHer | None
    ) -> Collection[LiveCampaign] | NotTold:
        """Return the campaigns whose condition is true of the purchase's member at instant ``t``.

        ``over``: the numbers of those that draw for her no more; they and what she has stopped are not among them.
        ``about``: where to read of her (None: beside the transaction). What can not be told now was counted.
        """
        ...

    def decided(self, purchases: Sequence[Purchase]) -> None:
        """Take it that a batch was decided and that these purchases of it are in the ledger now; none: it failed."""
        ...

    def reopened(self) -> None:
        """Take it that the ledger was opened anew: it may have lost what was not durable."""
        ...

    def paper(self, shop: str, partner: str) -> Paper:
        """Return how a shop's tills print slips."""
        ...

    def random(self, size: int) -> bytes:
        """Return random bytes, for salts and the names of coupons."""
        ...
