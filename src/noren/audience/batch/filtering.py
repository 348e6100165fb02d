"""Gives numbers to the filters of a run and writes down what each stage decides about them."""

from __future__ import annotations

from typing import Final

from noren.audience.batch.asked import Rows
from noren.audience.batch.names import Stage
from noren.audience.batch.residuals import TRUE, Residual, moments, positive, split
from noren.audience.language import nodes as n

DECIDED: Final = 0
"""The number of the residual that is always true."""


class Filters:
    """The filters of a run. Equal ones share a number."""

    def __init__(self, tables: dict[str, Rows], products: Stage, places: Stage) -> None:
        self._tables = tables
        self._products = products
        self._places = places
        self._numbers: dict[tuple[n.Filter, bool], int] = {}
        self._residuals: dict[Residual, int] = {TRUE: DECIDED}
        self._rests: dict[Residual, int] = {TRUE: DECIDED}

    def number(self, asked: n.Filter, by_line: bool = False) -> int:
        """Return a filter's number; ``by_line``: its lines are wanted, even where it is true of whole purchases."""
        key = asked if isinstance(asked, n.Together) else positive(asked)
        held = self._numbers.get((key, by_line))
        if held is not None:
            return held
        if isinstance(key, n.Together):
            return self._together(key)
        number = self._numbers[key, by_line] = len(self._numbers)
        found = split(key, self._products.universe, self._products.known)
        if not by_line and list(found.values()) == [self._products.universe]:
            (residual,) = found
            self._tables["whole_match"].add(number, self._residual(residual))
            return number
        for residual, products in found.items():
            self._tables["product_match"].spread(products, number, self._residual(residual))
        return number

    def _together(self, asked: n.Together) -> int:
        parts = {self.number(part) for part in asked.parts}
        number = self._numbers[asked, False] = len(self._numbers)
        for part in sorted(parts):
            self._tables["together_match"].add(number, part, len(parts))
        return number

    def _residual(self, residual: Residual) -> int:
        held = self._residuals.get(residual)
        if held is not None:
            return held
        number = self._residuals[residual] = len(self._residuals)
        for rest, places in split(residual, self._places.universe, self._places.known).items():
            self._tables["place_match"].spread(places, number, self._rest(rest))
        return number

    def _rest(self, rest: Residual) -> int:
        held = self._rests.get(rest)
        if held is not None:
            return held
        number = self._rests[rest] = len(self._rests)
        for slot, least, most in moments(rest):
            self._tables["moment_match"].add(number, slot, least, most)
        return number
