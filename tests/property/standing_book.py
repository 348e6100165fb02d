"""A till's book of campaigns over the desk that is tried: each sale is asked about, the basket counted, nothing drawn.

What the desk remembers of a basket that became a purchase must then be what it says of her ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from random import Random

from noren.activity.about import AboutHer
from noren.activity.model import Purchase
from noren.audience.live import Line, Place
from noren.audience.live import Purchase as Basket
from noren.audience.standings import NotReady, StandingDesk
from noren.audience.standings.naming import Names
from noren.kernel.clock import instant_of
from noren.register.campaigns import Here, LiveCampaign, NotTold
from noren.testing.campaign_book import FakeBook, campaign_file


class DeskBook(FakeBook):
    """Fills ``CampaignBook``: asks the desk of some of the conditions in force. ``told``: how often it told."""

    def __init__(self, desk: Callable[[], StandingDesk], rng: Random) -> None:
        super().__init__()
        self._desk, self._rng = desk, rng
        self.names: Names = {}
        self.few: Names = {}
        self.told = 0
        self.run(campaign_file("any"))

    def ask_of(self, names: Sequence[str]) -> None:
        """Have these conditions asked from now on, most with the basket counted; sometimes a few of them alone."""
        if names and names != list(self.names):
            self.names = {name: self._rng.random() < 0.8 for name in names}
            self.few = dict.fromkeys(names[: max(1, len(names) // 10)], True)

    def at(self, shop: str, partner: str, day: int) -> Here:
        """See ``CampaignBook``."""
        return Here(tuple(self.live), {})

    def eligible(
        self, purchase: Purchase, t: datetime, here: Here, over: Collection[int], about: AboutHer | None
    ) -> Collection[LiveCampaign] | NotTold:
        """See ``CampaignBook``."""
        place = Place(purchase.shop, purchase.partner)
        lines = tuple(Line(line.product, line.quantity, line.amount) for line in purchase.lines or ())
        basket = Basket(t, lines, place, purchase.earned, instant_of(purchase.received))
        names = self.few if self._rng.random() < 0.3 else self.names
        told = self._desk().ask(purchase.handle, t, place, basket, names, about)
        self.told += not isinstance(told, NotReady)
        return []

    def decided(self, purchases: Sequence[Purchase]) -> None:
        """See ``CampaignBook``."""
        for each in purchases:
            self._desk().bought(each.handle, each.entry, each.previous, instant_of(each.at))
        self._desk().settled()
