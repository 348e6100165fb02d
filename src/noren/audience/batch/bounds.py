"""Comparisons as whole numbers, exactly: ``>= 2.5`` of something counted is ``3`` or more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from noren.audience.language.words import Cmp

SCALE: Final = 10_000
"""A number of the language has up to 4 decimals."""

FAR: Final = 2**63 - 1
"""Further than any number that a condition can name: an end that is open."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whole numbers from ``least`` to ``most``, both included; none where ``least`` is more. The ends may be open."""

    least: int
    most: int

    def holds(self, value: int) -> bool:
        """Whether a number lies within."""
        return self.least <= value <= self.most


def bounds_of(cmp: Cmp, number: Decimal | int) -> Bounds:
    """Return the whole numbers that compare so."""
    exact = Decimal(number)
    up, down = _whole(exact, ROUND_CEILING), _whole(exact, ROUND_FLOOR)
    match cmp:
        case Cmp.AT_LEAST:
            return Bounds(up, FAR)
        case Cmp.MORE:
            return Bounds(down + 1, FAR)
        case Cmp.AT_MOST:
            return Bounds(-FAR, down)
        case Cmp.LESS:
            return Bounds(-FAR, up - 1)
        case Cmp.EXACTLY:
            return Bounds(up, down)


def signs_of(cmp: Cmp) -> Bounds:
    """Return the signs that a difference has where its sides compare so."""
    return {
        Cmp.AT_LEAST: Bounds(0, 1),
        Cmp.MORE: Bounds(1, 1),
        Cmp.EXACTLY: Bounds(0, 0),
        Cmp.AT_MOST: Bounds(-1, 0),
        Cmp.LESS: Bounds(-1, -1),
    }[cmp]


def scaled(number: Decimal) -> int:
    """Return a number of the language in ten-thousandths."""
    return _whole(number * SCALE, ROUND_FLOOR)


def _whole(number: Decimal, rounding: str) -> int:
    return int(number.to_integral_value(rounding))
