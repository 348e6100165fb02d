"""A plan: any number of conditions made ready for one member at a time, by what a purchase can change.

A plan is made of the conditions, the goods, shops and lists as they are, the zone and the horizon.
When any of them changes there is another plan, with another digest, and members are folded again.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from noren.audience.language import nodes as n
from noren.audience.language.canonical import to_json
from noren.audience.live.asking import Ask, AskDated, AskEnough, AskLatest, AskShare, AskSum
from noren.audience.live.following import Followed
from noren.audience.live.hits import Hitting
from noren.audience.live.kept import Layout
from noren.audience.live.kinds import Kinds, Told, kinds_of
from noren.audience.live.model import Goods, Place, Purchase
from noren.audience.live.needing import Fact, Grown, Need, Register
from noren.audience.live.numbers import FAR
from noren.audience.live.predicates import asks
from noren.audience.live.ranking import AskTop
from noren.audience.live.today import Day, day_of
from noren.audience.live.trees import Tree, tree_of

VERSION: Final = 2
"""Of the states' shape: another version is another plan."""

ALL: Final = 255
"""The ground of a condition that is true: all its parts. There are fewer parts than that."""

Windowed = AskEnough | AskLatest | AskSum | AskDated | AskShare | AskTop
"""What asks for one window alone."""

Part = tuple[int | None, Tree]
"""A part of a condition; its number where it is a predicate."""

DAYS_KEPT: Final = 1_100
"""Local dates whose windows are kept; beyond it they are found again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Conditions made ready. Filters, facts, windows, predicates and conditions go by number.

    ``followed_by``: by filter, the facts of what follows what; ``follows``: all of these; ``only``: the facts that it
    grows (None: all; see few.py); ``tells``: what its answers are told by, its digest or one of its own.
    """

    digest: bytes
    zone: ZoneInfo
    horizon: int
    shops: Mapping[str, Place]
    goods: Mapping[str, Goods]
    hitting: Hitting
    windows: tuple[n.Window, ...]
    tops: tuple[n.Top, ...]
    facts: tuple[Fact, ...]
    needs: tuple[Need, ...]
    layout: Layout
    grown_by: Mapping[int, tuple[tuple[int, Grown, str | None, Need], ...]]
    followed_by: Mapping[int, tuple[int, ...]]
    follows: frozenset[int]
    kinds: Kinds
    asked: Mapping[int, tuple[int, ...]]
    trees: tuple[Tree, ...]
    parts: tuple[tuple[Part, ...], ...]
    spoken_in: Mapping[int, tuple[tuple[int, int], ...]]
    grounds: bytes
    with_basket: int
    settled: int
    tells: bytes
    only: frozenset[int] | None = None
    days: dict[int, Day] = field(default_factory=dict[int, Day], compare=False)

    def day(self, today: date) -> Day:
        """Return a date with this plan's windows."""
        number = today.toordinal()
        found = self.days.get(number)
        if found is None:
            if len(self.days) >= DAYS_KEPT:
                self.days.clear()
            found = self.days[number] = day_of(today, self.windows)
        return found

    def local(self, at: datetime) -> datetime:
        """Return an instant in the programme's zone."""
        assert at.tzinfo is not None, "an instant has an offset"
        return at.astimezone(self.zone)

    def place(self, purchase: Purchase) -> Place:
        """Return where a purchase was made; what it does not say is what is known of its shop."""
        place = purchase.place
        if place.shop is None or (place.partner is not None and place.industry is not None):
            return place
        known = self.shops.get(place.shop)
        if known is None:
            return place
        return Place(place.shop, place.partner or known.partner, place.industry or known.industry)


def compile_plan(
    conditions: Sequence[n.Condition],
    *,
    goods: Mapping[str, Goods],
    lists: Mapping[str, frozenset[str]],
    zone: ZoneInfo,
    shops: Mapping[str, Place] | None = None,
    horizon: date | None = None,
) -> Plan:
    """Return the plan of conditions, which go by their place in the sequence.

    ``goods`` by product, ``shops``: partner and industry by shop, ``lists`` by name (an unknown name is an empty
    list), ``horizon``: the first local date from which purchases count; None: all.
    """
    to = Register()
    numbers: dict[n.Predicate, int] = {}
    for condition in conditions:
        for predicate in n.predicates(condition.root):
            numbers.setdefault(predicate, len(numbers))
    made = tuple(_made(predicate, to) for predicate in numbers)
    filters = {
        number: to.filter(one.filter) for number, one in enumerate(made) if isinstance(one, n.BasketHas | n.BasketLacks)
    }
    _close(made, to)
    grown, followed = _by_filter(to)
    kinds = kinds_of(made, filters, tuple(to.windows))
    trees = tuple(tree_of(condition.root, numbers.__getitem__) for condition in conditions)
    joined = tuple(_joined(condition.root) for condition in conditions)
    parts = tuple(tuple(_part(one, numbers) for one in each) for each in joined)
    digest = _digest(conditions, goods, lists, shops or {}, zone, horizon)
    return Plan(
        digest,
        zone,
        horizon.toordinal() if horizon is not None else 0,
        shops or {},
        goods,
        Hitting(dict(enumerate(to.line_filters())), to.together(), goods, lists, _listed(to)),
        tuple(to.windows),
        tuple(to.tops),
        tuple(to.facts),
        tuple(to.needs),
        _layout(to),
        grown,
        followed,
        frozenset(fact for facts in followed.values() for fact in facts),
        kinds,
        _asked(made),
        trees,
        parts,
        _spoken_in(joined, numbers),
        bytes(_ground(each, kinds.blank) for each in parts),
        _bits(any(isinstance(one, n.BasketPredicate) for one in n.predicates(each.root)) for each in conditions),
        _bits(tree(kinds.blank) == 1 for tree in trees),
        digest,
    )


def _made(predicate: n.Predicate, to: Register) -> Ask | Told:
    if isinstance(predicate, n.PurchasePredicate):
        return asks(predicate, to)
    return predicate


def _close(made: Sequence[Ask | Told], to: Register) -> None:
    """Tell each fact the last day on which a purchase can matter to it: that of the latest dates that are asked."""
    windows, lasts = tuple(to.windows), defaultdict[int, int](int)
    for one in made:
        if not isinstance(one, Told):
            window = windows[one.window] if isinstance(one, Windowed) else None
            last = window.last.toordinal() if isinstance(window, n.InDates) else FAR
            for fact in one.facts:
                lasts[fact] = max(lasts[fact], last)
    for fact, last in lasts.items():
        to.needs[fact].closes = last


def _listed(to: Register) -> set[int]:
    """Return the filters whose lines are needed one by one, for their products or brands."""
    return {fact.filter for fact in to.facts if getattr(fact, "of", None) in ("products", "brands")}  # type: ignore[union-attr]


def _layout(to: Register) -> Layout:
    """Return the slices of facts: one for each filter, and one for each pair that follows the other."""
    found: defaultdict[int | Followed, list[int]] = defaultdict(list)
    for fact, number in to.facts.items():
        found[fact if isinstance(fact, Followed) else fact.filter].append(number)
    facts_of = tuple(map(tuple, found.values()))
    of = {fact: place for place, facts in enumerate(facts_of) for fact in facts}
    return Layout(tuple(of[number] for number in range(len(of))), facts_of)


def _by_filter(
    to: Register,
) -> tuple[dict[int, tuple[tuple[int, Grown, str | None, Need], ...]], dict[int, tuple[int, ...]]]:
    grown: defaultdict[int, list[tuple[int, Grown, str | None, Need]]] = defaultdict(list)
    followed: defaultdict[int, list[int]] = defaultdict(list)
    for fact, number in to.facts.items():
        if isinstance(fact, Followed):
            for one in {fact.first, fact.later}:
                followed[one].append(number)
        else:
            grown[fact.filter].append((number, fact, getattr(fact, "of", None), to.needs[number]))
    return {where: tuple(each) for where, each in grown.items()}, _frozen(followed)


def _asked(made: Sequence[Ask | Told]) -> dict[int, tuple[int, ...]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(made):
        if not isinstance(one, Told | AskTop):
            for fact in set(one.facts):
                found[fact].append(number)
    return _frozen(found)


def _joined(root: n.Node) -> tuple[n.Node, ...]:
    """Return the parts of which each must be true, those first that are known without asking her facts."""
    parts = root.parts if isinstance(root, n.And) else (root,)
    return tuple(sorted(parts, key=lambda one: not isinstance(one, n.TraitPredicate | n.HistoryPredicate)))


def _part(node: n.Node, numbers: Mapping[n.Predicate, int]) -> Part:
    number = None if isinstance(node, n.And | n.Or | n.Not | n.AtLeast) else numbers[node]
    return number, tree_of(node, numbers.__getitem__)


def _ground(parts: Sequence[Part], truths: bytes) -> int:
    return next((place for place, (_, tree) in enumerate(parts) if tree(truths) != 1), ALL)


def _spoken_in(
    joined: Sequence[Sequence[n.Node]], numbers: Mapping[n.Predicate, int]
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return the conditions in which each predicate is spoken of, and in which of their parts."""
    found: list[dict[tuple[int, int], None]] = [{} for _ in numbers]
    for condition, parts in enumerate(joined):
        for place, part in enumerate(parts):
            for predicate in n.predicates(part):
                found[numbers[predicate]][condition, place] = None
    return {number: tuple(one) for number, one in enumerate(found)}


def _bits(set_bits: Iterable[bool]) -> int:
    return sum(1 << place for place, is_set in enumerate(set_bits) if is_set)


def _frozen(lists: Mapping[int, list[int]]) -> dict[int, tuple[int, ...]]:
    return {number: tuple(each) for number, each in lists.items()}


def _digest(
    conditions: Sequence[n.Condition],
    goods: Mapping[str, Goods],
    lists: Mapping[str, frozenset[str]],
    shops: Mapping[str, Place],
    zone: ZoneInfo,
    horizon: date | None,
) -> bytes:
    told = hashlib.sha256()
    parts: tuple[object, ...] = (
        VERSION,
        sys.byteorder,
        [to_json(one).decode() for one in conditions],
        sorted(goods.items(), key=lambda item: item[0]),
        sorted((name, sorted(values)) for name, values in lists.items()),
        sorted(shops.items(), key=lambda item: item[0]),
        zone.key,
        str(horizon),
    )
    for part in parts:
        told.update(hashlib.sha256(msgspec.json.encode(part)).digest())
    return told.digest()
