"""Which filters can be true of a product: an inverted index, so that no line is held against every filter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute
from noren.audience.live.literals import All, Literal, Part, Some
from noren.audience.live.model import Goods, Place

Key = tuple[Attribute, str]
Lists = Mapping[str, frozenset[str]]
PRODUCT: Final = (Attribute.CATEGORY, Attribute.DEPARTMENT, Attribute.BRAND, Attribute.MAKER, Attribute.PRODUCT)
PLACE: Final = (Attribute.SHOP, Attribute.PARTNER, Attribute.INDUSTRY)

Known = Mapping[Attribute, str | None]


def goods_known(product: str | None, goods: Goods) -> dict[Attribute, str | None]:
    """Return the attributes of a product by name."""
    values = (goods.category, goods.department, goods.brand, goods.maker, product)
    return dict(zip(PRODUCT, values, strict=True))


def place_known(place: Place) -> dict[Attribute, str | None]:
    """Return the attributes of a place by name."""
    return dict(zip(PLACE, (place.shop, place.partner, place.industry), strict=True))


def values_of(test: n.Test, lists: Lists) -> tuple[Attribute, frozenset[str]] | None:
    """Return the attribute of a test and the values that it names; None: it tests no attribute."""
    match test:
        case n.AttributeIs(attribute, value) | n.AttributeIsNot(attribute, value):
            return attribute, frozenset((value,))
        case n.AttributeIn(attribute, values):
            return attribute, frozenset(values)
        case n.AttributeInList(attribute, name):
            return attribute, lists.get(name, frozenset())
        case _:
            return None


def attribute_true(literal: Literal, known: Known, lists: Lists) -> bool | None:
    """Return whether a literal is true of known attributes; None: it is about others. Of unknown, none is true."""
    named = values_of(literal.test, lists)
    if named is None or named[0] not in known:
        return None
    value = known[named[0]]
    if value is None:
        return False
    within = value in named[1]
    return within is (literal.wanted is not isinstance(literal.test, n.AttributeIsNot))


def mentioned(filters: Iterable[Part], lists: Lists) -> dict[Attribute, frozenset[str]]:
    """Return the values of each attribute that filters name: all others are alike to them."""
    found: defaultdict[Attribute, set[str]] = defaultdict(set)
    waiting = list(filters)
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Literal):
            waiting.extend(part.parts)
            continue
        named = values_of(part.test, lists)
        if named is not None:
            found[named[0]].update(named[1])
    return {attribute: frozenset(values) for attribute, values in found.items()}


def alike(known: Known, named: Mapping[Attribute, frozenset[str]]) -> tuple[str | None, ...]:
    """Return what filters can tell of attributes: a value that none of them names is the empty one."""
    return tuple(
        None if value is None or attribute not in named else value if value in named[attribute] else ""
        for attribute, value in known.items()
    )


class Candidates:
    """The filters by the product attributes of which each needs one; those that need none are always candidates."""

    def __init__(self, filters: Mapping[int, Part], lists: Lists) -> None:
        self._by: defaultdict[Key, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for number, part in filters.items():
            needed = _needed(part, lists)
            if needed is None:
                self._always.append(number)
            for key in needed or ():
                self._by[key].append(number)

    def of(self, known: Known) -> list[int]:
        """Return the filters that can be true of a product."""
        found = set(self._always)
        for attribute, value in known.items():
            if value is not None:
                found.update(self._by.get((attribute, value), ()))
        return sorted(found)


def _needed(part: Part, lists: Lists) -> frozenset[Key] | None:
    """Return attributes of which a product must have one; None: nothing so simple is needed."""
    match part:
        case Literal(test, wanted):
            named = values_of(test, lists)
            if named is None or named[0] not in PRODUCT_ATTRIBUTES or wanted is isinstance(test, n.AttributeIsNot):
                return None
            return frozenset((named[0], value) for value in named[1])
        case All(parts):
            found = [one for one in (_needed(each, lists) for each in parts) if one is not None]
            return min(found, key=len, default=None)
        case Some(parts):
            each = [_needed(one, lists) for one in parts]
            return None if None in each else frozenset[Key]().union(*(one for one in each if one is not None))
