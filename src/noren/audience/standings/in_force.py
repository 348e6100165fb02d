"""Conditions in force, made ready: one plan for all of them, and for each shop the few that are asked there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.about import AboutMember
from noren.audience.language import nodes as n
from noren.audience.language.words import Attribute, Measure
from noren.audience.live import Goods, Place, Plan, compile_plan, plan_of_few
from noren.audience.standings.model import LiveCondition
from noren.audience.standings.ports import LiveConditions, Shops
from noren.audience.standings.spoken import attributes_of, measures_of

SHOPS_SECONDS: Final = 20.0
"""How late another industry of a shop may be known, where a condition asks for industries."""

FEW_KEPT: Final = 128
"""Plans of a few conditions that are kept: one for each set of campaigns that shops ask."""

_GOODS: Final = (Attribute.CATEGORY, Attribute.DEPARTMENT, Attribute.BRAND, Attribute.MAKER)


@dataclass(frozen=True, slots=True)
class Made:
    """All that a plan is made of. ``found``: by name; ``shops``: where a condition asks for industries, else none."""

    found: tuple[LiveCondition, ...]
    lists: Mapping[str, frozenset[str]]
    shops: Mapping[str, Place]
    goods: Mapping[str, Goods]
    horizon: date | None

    def differs_by_goods_alone(self, other: Made) -> bool:
        """Return whether another plan is made of the same but for products."""
        mine = (self.found, self.lists, self.shops, self.horizon)
        return mine == (other.found, other.lists, other.shops, other.horizon)


@dataclass(frozen=True, slots=True)
class InForce:
    """Conditions by number, with the plan that asks them.

    ``made``: of what. ``everywhere``, ``by_shop``, ``by_partner``: where each is asked; ``tops``: which rank.
    """

    names: tuple[str, ...]
    plan: Plan
    made: Made
    everywhere: tuple[int, ...]
    by_shop: Mapping[str, tuple[int, ...]]
    by_partner: Mapping[str, tuple[int, ...]]
    tops: frozenset[int]
    asked: dict[tuple[str | None, str | None], tuple[tuple[int, ...], int]] = field(
        default_factory=dict[tuple[str | None, str | None], tuple[tuple[int, ...], int]], compare=False
    )
    few: dict[frozenset[int], Plan] = field(default_factory=dict[frozenset[int], Plan], compare=False)

    def at(self, place: Place) -> tuple[int, ...]:
        """Return the numbers of the conditions that are asked at a shop of a company."""
        return self._asked(place)[0]

    def mask_at(self, place: Place) -> int:
        """Return the same as a whole number with the bit of each set."""
        return self._asked(place)[1]

    def plan_of(self, numbers: Iterable[int]) -> Plan:
        """Return the plan for who asks a few of the conditions alone: one for all shops where they are the same."""
        asked = frozenset(numbers)
        found = self.few.get(asked)
        if found is None:
            if len(self.few) >= FEW_KEPT:
                self.few.clear()
            found = self.few[asked] = plan_of_few(self.plan, asked)
        return found

    def _asked(self, place: Place) -> tuple[tuple[int, ...], int]:
        shop = place.shop if place.shop in self.by_shop else None
        partner = place.partner if place.partner in self.by_partner else None
        key = (shop, partner)  # shops without conditions of their own are one
        found = self.asked.get(key)
        if found is None:
            here = {*self.everywhere, *self.by_shop.get(shop or "", ())}
            numbers = tuple(sorted(here | {*self.by_partner.get(partner or "", ())}))
            found = self.asked[key] = (numbers, sum(1 << number for number in numbers))
        return found


class Readying:
    """Makes conditions ready, and knows when what it made is no longer what is in force."""

    def __init__(
        self,
        *,
        about: AboutMember,
        conditions: LiveConditions,
        shops: Shops,
        zone: ZoneInfo,
        monotonic: Callable[[], float],
    ) -> None:
        self._about, self._conditions, self._shops, self.zone = about, conditions, shops, zone
        self._monotonic = monotonic
        self._ready: InForce | None = None
        self._of = (0, 0)
        self._shops_due = float("inf")

    def current(self, products: int, day: int = 0) -> InForce | None:
        """Return what is in force, where the ledger's products have changed so often; None: it is to be made ready.

        It is the same on whatever ``day`` it is asked.
        """
        del day
        ready = self._ready
        if ready is None or self._of != (self._conditions.edition(), products):
            return None
        return None if self._monotonic() >= self._shops_due else ready

    def refresh(self) -> InForce:
        """Make ready what is in force now. Editions are read first: the next look finds what changes meanwhile."""
        edition, products = self._conditions.edition(), self._about.reach().products
        made, ready = self._made(), self._ready
        if ready is None or ready.made != made:
            ready = in_force_of(made, self.zone)
        self._shops_due = self._monotonic() + SHOPS_SECONDS if made.shops else float("inf")
        self._ready, self._of = ready, (edition, products)
        return ready

    def _made(self) -> Made:
        found = tuple(sorted(self._conditions.conditions(), key=lambda one: one.name))
        spoken = attributes_of(one.condition for one in found)
        goods = _goods(self._about, spoken, measures_of(one.condition for one in found))
        shops: Mapping[str, Place] = self._shops.places() if Attribute.INDUSTRY in spoken else {}
        return Made(found, self._conditions.lists(), shops, goods, self._conditions.horizon())


def in_force_of(made: Made, zone: ZoneInfo) -> InForce:
    """Return conditions made ready: the same plan, with the same digest, wherever it is done."""
    found = made.found
    plan = compile_plan(
        [one.condition for one in found],
        goods=made.goods,
        lists=made.lists,
        zone=zone,
        shops=made.shops,
        horizon=made.horizon,
    )
    tops = frozenset(
        number
        for number, one in enumerate(found)
        if any(isinstance(predicate, n.Top) for predicate in n.predicates(one.condition.root))
    )
    return InForce(
        tuple(one.name for one in found),
        plan,
        made,
        tuple(number for number, one in enumerate(found) if not one.shops and not one.partners),
        _where(one.shops for one in found),
        _where(one.partners for one in found),
        tops,
    )


def _where(places: Iterable[frozenset[str]]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(places):
        for name in names:
            found[name].append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _goods(about: AboutMember, spoken: frozenset[Attribute], measures: frozenset[Measure]) -> dict[str, Goods]:
    """Return the products' attributes that conditions speak of.

    A product of which they can tell nothing is left out: to the evaluator it is like one that is not known.
    """
    wanted = [one in spoken or (one is Attribute.BRAND and Measure.BRANDS in measures) for one in _GOODS]
    found: dict[str, Goods] = {}
    if not any(wanted):
        return found
    for product, _, *attributes, _ in about.products():
        told = [value if asked else None for value, asked in zip(attributes, wanted, strict=True)]
        if product is not None and any(value is not None for value in told):
            found[product] = Goods(*told)
    return found
