"""A till's book of campaigns over the desk that is tried: each sale is asked about, the basket counted, nothing drawn.

What the desk says with the basket in hand is what the naive evaluator says; what it then remembers of a basket that
became a purchase must be what it says of her ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from tests.property import naive_world as w
from tests.property.naive_till import NaiveTill
from tests.property.standing_life import SHOPS, Life

from noren.activity.about import AboutHer
from noren.activity.model import Purchase
from noren.audience.language import to_text
from noren.audience.ledger_readings import is_young
from noren.audience.live import Line, Place
from noren.audience.live import Purchase as Basket
from noren.audience.standings import NotReady, Readying, StandingDesk
from noren.audience.standings.naming import Names
from noren.kernel.clock import instant_of
from noren.register.campaigns import Here, LiveCampaign, NotTold
from noren.testing.campaign_book import FakeBook, campaign_file

FEW = 10
"""One in so many conditions is asked where few are."""


class DeskBook(FakeBook):
    """Fills ``CampaignBook``: asks the desk of some of the conditions in force.

    ``few``: some few of them, twice: they have one in common. ``told``, ``compared``: how often the desk told, and how
    often that was held against the naive evaluator's answer; ``wrong``: where they differed; ``before``: everything as
    it is before the next sale (None: nothing is held against it).
    """

    def __init__(self, life: Life, desk: Callable[[], StandingDesk], readying: Callable[[], Readying]) -> None:
        super().__init__()
        self._life, self._rng, self._desk, self._readying = life, life.rng, desk, readying
        self.names: Names = {}
        self.few: tuple[Names, ...] = ()
        self.told = self.compared = 0
        self.wrong: list[str] = []
        self.before: w.World | None = None
        self.run(campaign_file("any"))

    def ask_of(self, names: Sequence[str]) -> None:
        """Have these conditions asked from now on, most with the basket counted; sometimes a few of them alone."""
        if names and names != list(self.names):
            self.names = self._counted(names)
            one, *rest = self._rng.sample(names, 2 * (len(names) // FEW) + 1)
            self.few = self._counted([one, *rest[::2]]), self._counted([one, *rest[1::2]])

    def _counted(self, names: Sequence[str]) -> Names:
        return {name: self._rng.random() < 0.8 for name in names}

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
        names = self._rng.choice(self.few) if self.few and self._rng.random() < 0.4 else self.names
        as_it_is = self._is_as_it_is(purchase)
        told = self._desk().ask(purchase.handle, t, place, basket, names, about)
        if not isinstance(told, NotReady):
            self.told += 1
            if self.before is not None and as_it_is and self._day(t) == self._day(self._life.now):
                self._compare(self.before, purchase, t, names, told)
        return []

    def _is_as_it_is(self, purchase: Purchase) -> bool:
        """Whether the desk knows what is in force; where it does not, named conditions are asked by what was before."""
        found = self._life.feed.place(purchase.handle)
        assert found is not None, "she buys"
        if self._readying().current(found.products) is None and self._rng.random() < 0.5:
            self._readying().refresh()
        return self._readying().current(found.products) is not None

    def _compare(self, before: w.World, purchase: Purchase, t: datetime, names: Names, told: frozenset[str]) -> None:
        life, self.compared = self._life, self.compared + 1
        (holder,) = (one for one in life.holders if one.handle == purchase.handle)
        local, shop = t.astimezone(life.zone), SHOPS[purchase.shop]
        lines = tuple(w.Line(line.product, line.quantity, line.amount) for line in purchase.lines or ())
        basket = w.Purchase(
            holder.name, "in hand", local, purchase.shop, shop.partner, shop.industry, lines, purchase.earned,
            instant_of(purchase.received).astimezone(life.zone),
        )  # fmt: skip
        without = replace(before, as_of=local)
        says = {
            False: NaiveTill(without, basket),
            True: NaiveTill(replace(without, purchases=[*without.purchases, basket]), basket),
        }
        found = life.feed.place(purchase.handle)
        assert found is not None, "she buys"
        in_force = {one.name: one.condition for one in life.conditions.now}
        true = {name for name, counted in names.items() if holder.name in says[counted].who(in_force[name])}
        if is_young(found.traits, self._day(t)):
            true.clear()
        self.wrong += [
            f"in hand, {holder.name} at {t}, {len(names)} asked, counted {names[name]}: {name in told},"
            f" {to_text(in_force[name])}"
            for name in sorted(told ^ true)
        ]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._life.zone).date()

    def decided(self, purchases: Sequence[Purchase]) -> None:
        """See ``CampaignBook``."""
        for each in purchases:
            self._desk().bought(each.handle, each.entry, each.previous, instant_of(each.at))
        self._desk().settled()
