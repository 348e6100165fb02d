"""What the files hold, as numbers: products and places by the values of their attributes, traits, campaigns, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pyroaring import BitMap

from noren.audience.language import nodes as n
from noren.audience.language.words import Attribute

PLACE_ATTRIBUTES = (Attribute.SHOP, Attribute.PARTNER, Attribute.INDUSTRY)


class Index:
    """For one attribute: which numbers have a value. What has none is in ``known`` not."""

    def __init__(self, values: Iterable[str | None]) -> None:
        held: dict[str, list[int]] = {}
        for number, value in enumerate(values):
            if value is not None:
                held.setdefault(value, []).append(number)
        self._of = {value: BitMap(numbers) for value, numbers in held.items()}
        self.known = BitMap.union(*self._of.values()) if self._of else BitMap()

    def groups(self) -> list[BitMap]:
        """Return the numbers of each value, in the order of the values."""
        return [self._of[value] for value in sorted(self._of)]

    def having(self, values: Iterable[str]) -> BitMap:
        """Return the numbers that have one of the values."""
        found = [self._of[value] for value in set(values) if value in self._of]
        return BitMap.union(*found) if found else BitMap()


class Columns(Protocol):
    """Where the values of a numbered table come from, in the order of its numbers."""

    def column(self, name: str) -> Iterable[str | None]:
        """Return a column's values."""
        ...

    def index(self, name: str) -> Index:
        """Return a column's index: it is made once, however many runs ask for it."""
        ...

    def count(self) -> int:
        """Return how many numbers there are, from 0."""
        ...


@dataclass(slots=True)
class Stage:
    """One stage of a filter's decision: the attributes that it can tell, over its numbers."""

    attributes: frozenset[Attribute]
    columns: Columns
    lists: Mapping[str, frozenset[str]]
    universe: BitMap = field(default_factory=BitMap)

    def __post_init__(self) -> None:
        self.universe = BitMap(range(self.columns.count()))

    def known(self, test: n.Test, wanted: bool) -> BitMap | None:
        """Return for which numbers a test (or its negation) is true; None: another stage tells."""
        match test:
            case n.AnyLine():
                return self.universe if wanted else BitMap()
            case n.AttributeIs(attribute, value):
                return self._having(attribute, (value,), wanted)
            case n.AttributeIsNot(attribute, value):
                return self._having(attribute, (value,), not wanted)
            case n.AttributeIn(attribute, values):
                return self._having(attribute, values, wanted)
            case n.AttributeInList(attribute, name):
                return self._having(attribute, self.lists[name], wanted)
            case _:
                return None

    def _having(self, attribute: Attribute, values: Iterable[str], wanted: bool) -> BitMap | None:
        if attribute not in self.attributes:
            return None
        index = self.columns.index(attribute.value)
        found = index.having(values)
        return found if wanted else index.known - found
