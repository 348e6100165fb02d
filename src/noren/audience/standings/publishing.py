"""What the ledger-worker tells the tills of the plans that it keeps, by the standings' own file.

A till asks by what was given to it, conditions, lists, products and all, and by nothing else: so it goes on with the
plan of before until the standings of the next one are whole, whatever has changed meanwhile.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from noren.audience.language import Refused, from_json, to_json
from noren.audience.language.nodes import Condition
from noren.audience.live import Goods, Place
from noren.audience.standings.in_force import InForce, Made, in_force_of
from noren.audience.standings.model import KeptPlan, LiveCondition
from noren.audience.standings.ports import StandingStore

LOOK_SECONDS: Final = 1.0
"""How late a till may see what was published: the ledger-worker is as late itself."""

_FAST: Final = 1
_Goods = tuple[str, str | None, str | None, str | None, str | None]


class _Told(msgspec.Struct, array_like=True):
    conditions: list[tuple[str, str, list[str], list[str]]]
    lists: dict[str, list[str]]
    horizon: date | None
    shops: list[tuple[str, str | None, str | None, str | None]]
    goods: list[_Goods]


_DECODER: Final = msgspec.json.Decoder(_Told)


def told_of(made: Made) -> bytes:
    """Return what a plan is made of as bytes."""
    rows = [(one.name, to_json(one.condition).decode(), sorted(one.shops), sorted(one.partners)) for one in made.found]
    lists = {name: sorted(values) for name, values in made.lists.items()}
    shops = [(name, place.shop, place.partner, place.industry) for name, place in made.shops.items()]
    goods = [(name, one.category, one.department, one.brand, one.maker) for name, one in made.goods.items()]
    return zlib.compress(msgspec.json.encode(_Told(rows, lists, made.horizon, shops, goods)), _FAST)


def made_of(told: bytes) -> Made:
    """Return what a plan is made of."""
    found = _DECODER.decode(zlib.decompress(told))
    conditions = tuple(
        LiveCondition(name, _condition(canonical), frozenset(shops), frozenset(partners))
        for name, canonical, shops, partners in found.conditions
    )
    return Made(
        conditions,
        {name: frozenset(values) for name, values in found.lists.items()},
        {name: Place(*place) for name, *place in found.shops},
        {name: Goods(*attributes) for name, *attributes in found.goods},
        found.horizon,
    )


def _condition(canonical: str) -> Condition:
    found = from_json(canonical.encode())
    assert not isinstance(found, Refused), "what is published is canonical JSON"
    return found


class Given:
    """The plans that a till was given, made ready: of an instant the latest that had begun by its day.

    ``look`` is asked by whoever asks questions, once a second; ``read`` by whoever makes ready, beside.
    """

    def __init__(
        self, look: StandingStore, read: StandingStore, zone: ZoneInfo, monotonic: Callable[[], float]
    ) -> None:
        self._look, self._read, self._zone, self._monotonic = look, read, zone, monotonic
        self._due = -math.inf
        self._there: Sequence[KeptPlan] = ()
        self._ready: tuple[Sequence[KeptPlan], Mapping[bytes, InForce]] = ((), {})

    def stale(self) -> bool:
        """Return whether other plans were given than those that are ready here."""
        now = self._monotonic()
        if now >= self._due:
            # Where nothing can be read any more, what was read goes on.
            self._there, self._due = _given(self._look) or self._there, now + LOOK_SECONDS
        return self._there != self._ready[0]

    def current(self, products: int, day: int) -> InForce | None:
        """Return what is asked of an instant of a day; None: nothing is ready. What is given tells the products too."""
        del products
        plans, ready = self._ready
        found = next((one for one in reversed(plans) if one.first_day <= day), None)
        return None if found is None else ready[found.mark]

    def knows(self, name: str, day: int) -> bool:
        """Return whether a condition is asked on a day, by standings that are whole."""
        plans, ready = self._ready
        found = next((one for one in reversed(plans) if one.first_day <= day), None)
        return found is not None and found.whole and name in ready[found.mark].names

    def refresh(self) -> None:
        """Make ready what was given; what was ready stays what it is."""
        plans, before = _given(self._read), self._ready[1]
        ready = {one.mark: before.get(one.mark) or self._made(one) for one in plans}
        told = {mark: force for mark, force in ready.items() if force is not None}
        if len(told) == len(plans):  # else one went while it was read: it is looked at again
            self._ready = plans, told

    def _made(self, plan: KeptPlan) -> InForce | None:
        told = self._read.told(plan.serial)
        return in_force_of(made_of(told), self._zone) if told else None


def _given(store: StandingStore) -> Sequence[KeptPlan]:
    """Return the plans at the tills; how far one is swept does not matter, but whether it is whole."""
    return [one if one.whole else replace(one, swept=b"") for one in store.plans() if one.taken]
