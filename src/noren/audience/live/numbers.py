"""Comparisons without a float: whole numbers against numbers of up to 4 decimals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from noren.audience.language.words import Cmp

SCALE: Final = 10_000
FAR: Final = 10**30
"""Beyond every sum and every day."""

_COMPARE: Final[dict[Cmp, Callable[[int, int], bool]]] = {
    Cmp.AT_LEAST: operator.ge,
    Cmp.MORE: operator.gt,
    Cmp.EXACTLY: operator.eq,
    Cmp.AT_MOST: operator.le,
    Cmp.LESS: operator.lt,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whole numbers from ``least`` to ``most``, both included; an open end is ``FAR``. Empty: least > most."""

    least: int
    most: int

    @property
    def enough(self) -> int:
        """The number beyond which a count of whole things need not be known."""
        return max(self.least if self.most == FAR else self.most + 1, 1)


def compares(value: int, cmp: Cmp, number: int) -> bool:
    """Return whether ``value cmp number``."""
    return _COMPARE[cmp](value, number)


def compare(cmp: Cmp) -> Callable[[int, int], bool]:
    """Return the comparison as a function."""
    return _COMPARE[cmp]


def bounds(cmp: Cmp, number: Decimal | int) -> Bounds:
    """Return the whole numbers that compare so."""
    exact = Decimal(number)
    up = int(exact.to_integral_value(ROUND_CEILING))
    down = int(exact.to_integral_value(ROUND_FLOOR))
    return {
        Cmp.AT_LEAST: Bounds(up, FAR),
        Cmp.MORE: Bounds(down + 1, FAR),
        Cmp.EXACTLY: Bounds(up, down),
        Cmp.AT_MOST: Bounds(-FAR, down),
        Cmp.LESS: Bounds(-FAR, up - 1),
    }[cmp]


def scaled(number: Decimal) -> int:
    """Return a number of the language in ten-thousandths."""
    return int(number * SCALE)
