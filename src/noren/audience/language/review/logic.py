"""Conditions that can never hold, always hold, or say something twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.problems import Place, Problem
from noren.audience.language.review.ranges import Range, Values, chosen, measured, range_of
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute, Cmp, Measure, Weekday
from noren.audience.language.writing import quoted, spell
from noren.kernel.say import Say

_NEVER_HOLDS: Final = Say("この条件は、だれにも決して当てはまりません。", "This can hold for nobody.")
_ALWAYS_HOLDS: Final = Say("この条件は、いつでも当てはまります。", "This always holds.")
_WHOLE_DAY: Final = Range(0, 23)
_HUNDRED: Final = 100
_TWO_VALUED: Final = n.PurchasePredicate | n.HistoryPredicate


@dataclass(frozen=True, slots=True)
class Placed:
    """A node, the place of its first predicate, and its parts."""

    node: n.Node
    place: Place
    parts: tuple[Placed, ...]


def placed(node: n.Node, places: Iterator[Place]) -> Placed:
    """Return a tree with its places; they are taken in the order of the text."""
    parts = tuple(placed(part, places) for part in n.parts_of(node))
    return Placed(node, parts[0].place if parts else next(places), parts)


def illogical(here: Placed) -> Iterator[Problem]:
    """Yield what is wrong in the logic of a tree."""
    node = here.node
    if isinstance(node, n.And):
        yield from _contradictions(here)
    if isinstance(node, n.And | n.Or):
        yield from _opposites(here, isinstance(node, n.And))
    if not here.parts or (isinstance(node, n.Not) and not here.parts[0].parts):
        yield from _alone(node, here.place)
        return
    yield from chain.from_iterable(map(illogical, here.parts))


def _contradictions(here: Placed) -> Iterator[Problem]:
    left: dict[Hashable, Range | Values] = {}
    first: dict[Hashable, Placed] = {}
    for part in here.parts:
        found = measured(part.node) or chosen(part.node)
        if found is None:
            continue
        thing, now = found
        before = left.get(thing)
        both = now if before is None else before.within(now)  # type: ignore[arg-type]  # a thing has one kind
        if both.is_empty and before is not None and not (before.is_empty or now.is_empty):
            yield _against(first[thing].node, part)
        left[thing] = both
        first.setdefault(thing, part)


def _against(first: n.Node, part: Placed) -> Problem:
    one, other = spell(first), spell(part.node)
    say = Say(
        f"「{one}」と「{other}」は同時に成り立たないので、だれにも当てはまりません。どちらかなら or です。",
        f"“{one}” and “{other}” can not both hold, so nobody is meant. For either, write or.",
    )
    return Problem("contradiction", part.place, say, f"({one} or {other})")


def _opposites(here: Placed, both: bool) -> Iterator[Problem]:
    seen: set[n.Node] = set()
    for part in here.parts:
        opposite = part.node.part if isinstance(part.node, n.Not) else n.Not(part.node)
        if part.node in seen:
            say = Say("同じ条件が2度書かれています。", "The same part is written twice.")
            yield Problem("repeated", part.place, say)
        elif opposite in seen and both and not _is_weighed(part.node, opposite):
            yield Problem("contradiction", part.place, _NEVER_HOLDS)
        elif opposite in seen and not both and _is_two_valued(part.node):
            yield Problem("always-true", part.place, _ALWAYS_HOLDS)
        seen.add(part.node)


def _is_weighed(*nodes: n.Node) -> bool:
    """Whether ``_contradictions`` sees both, so that it tells."""
    return all(measured(node) or chosen(node) for node in nodes)


def _is_two_valued(node: n.Node) -> bool:
    inner = node.part if isinstance(node, n.Not) else node
    return isinstance(inner, _TWO_VALUED)


def _alone(node: n.Node, place: Place) -> Iterator[Problem]:
    denied = isinstance(node, n.Not)
    part = node.part if isinstance(node, n.Not) else node
    if _never(node) or (denied and _always(part)):
        yield Problem("contradiction", place, _NEVER_HOLDS)
    elif _always(node) or (denied and _never(part)):
        yield Problem("always-true", place, _ALWAYS_HOLDS)


def _always(node: n.Node) -> bool:
    match node:
        case n.Count(measure, _, cmp, number) if measure not in (Measure.SPEND, Measure.POINTS):
            return cmp is Cmp.AT_LEAST and number <= 0
        case n.MemberFor(Cmp.AT_LEAST, 0) | n.AgeIs(Cmp.AT_LEAST, 0):
            return True
        case n.Every(_, _, count):
            return _always(count)
        case _:
            return False


def _never(node: n.Node) -> bool:
    found = measured(node)
    if found is not None and found[1].is_empty:
        return True
    match node:
        case n.AgeIs(Cmp.LESS, 0):
            return True
        case n.Overdue(_, Cmp.LESS, times):
            return not times
        case n.Share(_, _, Cmp.AT_LEAST | Cmp.MORE, percent):
            return percent > _HUNDRED
        case n.Every(_, _, count):
            return _never(count)
        case _:
            return False


def odd_filter(filter: n.Filter, place: Place) -> Iterator[Problem]:  # noqa: A002 - the glossary's word
    """Yield what is wrong in the logic of a filter."""
    if isinstance(filter, n.FilterAnd):
        yield from _two_values_of_one_line(filter, place)
    if isinstance(filter, n.FilterAnd | n.FilterOr | n.Together):
        yield from chain.from_iterable(odd_filter(part, place) for part in filter.parts)
    if isinstance(filter, n.FilterNot):
        yield from odd_filter(filter.part, place)
    yield from _odd_test(filter, place)


def _two_values_of_one_line(both: n.FilterAnd, place: Place) -> Iterator[Problem]:
    seen: dict[Attribute, str] = {}
    for part in both.parts:
        if not isinstance(part, n.AttributeIs):
            continue
        before = seen.setdefault(part.attribute, part.value)
        if before == part.value:
            continue
        values = f"{quoted(before)}, {quoted(part.value)}"
        say = Say(
            f"1つの明細の {part.attribute} が『{before}』でも『{part.value}』でもあることはないので、何も数えません。"
            "どちらかなら in (…)、同じ会計に両方なら together(…) です。",
            f"No line has both “{before}” and “{part.value}” as its {part.attribute}, so nothing counts."
            " For either write in (…), for both in one purchase together(…).",
        )
        goods = part.attribute in PRODUCT_ATTRIBUTES
        together = f"together({part.attribute} = {quoted(before)}, {part.attribute} = {quoted(part.value)})"
        yield Problem("contradiction", place, say, together if goods else f"{part.attribute} in ({values})")


def _odd_test(test: n.Filter, place: Place) -> Iterator[Problem]:
    hours = range_of(test.cmp, test.hour).within(_WHOLE_DAY) if isinstance(test, n.HourIs) else None
    if hours is not None and hours.is_empty:
        yield Problem("contradiction", place, _NEVER_HOLDS)
    all_day = hours == _WHOLE_DAY or test == n.HourBetween(0, 23)
    if all_day or (isinstance(test, n.WeekdayIn) and set(test.days) == set(Weekday)):
        say = Say("この絞り込みは、何も絞り込みません。", "This filter keeps everything.")
        yield Problem("always-true", place, say)
