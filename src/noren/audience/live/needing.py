"""What each predicate needs of the facts: each fact is written down once, with the longest need of all that ask it."""

from __future__ import annotations

from dataclasses import dataclass, field

from noren.audience.language import nodes as n
from noren.audience.live.facts import Dated, Days, Keep, Latest, Met, Ranked, Sums
from noren.audience.live.following import Followed
from noren.audience.live.literals import FALSE, Part, literals
from noren.audience.live.numbers import FAR
from noren.audience.live.today import Day

Grown = Sums | Days | Latest | Dated | Met | Ranked
"""Facts of one filter."""

Fact = Grown | Followed


@dataclass(slots=True)
class Need:
    """The longest need of a fact.

    Windows by number: those that need every entry, those (``bounded``) that need only the latest ``enough``, those seen
    from the day before; for ``every`` the number of periods. ``closes``: the last day on which a purchase matters.
    """

    windows: set[int] = field(default_factory=set[int])
    bounded: set[int] = field(default_factory=set[int])
    ranked: set[int] = field(default_factory=set[int])
    enough: int = 1
    periods: int = 0
    axis: int = 0
    closes: int = FAR

    def keep(self, day: Day) -> Keep:
        """Return what is kept from a day on."""
        if self.axis:
            floor = day.at(self.axis) - self.periods
            return Keep(floor, floor, 1)
        firsts = [day.spans[one].first for one in self.windows] + [day.yesterday[one].first for one in self.ranked]
        all_of_it = min(firsts, default=FAR)
        bounded = min((day.spans[one].first for one in self.bounded), default=FAR)
        return Keep(min(all_of_it, bounded), all_of_it, self.enough)


class Register:
    """The filters, windows, facts and ranks of a plan while it is made, each once, numbered in the order met."""

    def __init__(self) -> None:
        self.filters: dict[Part | tuple[int, ...], int] = {}
        self.windows: dict[n.Window, int] = {}
        self.facts: dict[Fact, int] = {}
        self.needs: list[Need] = []
        self.tops: dict[n.Top, int] = {}

    def filter(self, filter: n.Filter) -> int:  # noqa: A002 - the glossary's word
        """Return a filter's number."""
        if isinstance(filter, n.Together):
            parts = tuple(sorted({self.part(literals(one)) for one in filter.parts}))
            return parts[0] if len(parts) == 1 else self.filters.setdefault(parts, len(self.filters))
        return self.part(literals(filter))

    def part(self, part: Part) -> int:
        """Return the number of a line's filter."""
        return self.filters.setdefault(part, len(self.filters))

    def window(self, window: n.Window) -> int:
        """Return a window's number."""
        return self.windows.setdefault(window, len(self.windows))

    def top(self, top: n.Top) -> int:
        """Return the number of a rank, by which its cut is given."""
        return self.tops.setdefault(top, len(self.tops))

    def fact(self, fact: Fact) -> int:
        """Return a fact's number."""
        number = self.facts.setdefault(fact, len(self.facts))
        if number == len(self.needs):
            self.needs.append(Need(axis=getattr(fact, "axis", 0)))
        return number

    def line_filters(self) -> list[Part]:
        """Return the filters by number; a together is true of no line by itself."""
        return [FALSE if isinstance(one, tuple) else one for one in self.filters]

    def together(self) -> dict[int, tuple[int, ...]]:
        """Return the parts of each together."""
        return {number: one for one, number in self.filters.items() if isinstance(one, tuple)}
