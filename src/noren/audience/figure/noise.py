"""Discrete Laplace noise by OpenDP, for a count that one member changes by 1."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import opendp.prelude as _opendp

_dp: Any = _opendp
MICROS: Final = 1_000_000
"""Parts of epsilon: budgets are whole numbers of millionths."""

SENSITIVITY: Final = 1


class LaplaceNoise:
    """Fills ``ports.Noise``. OpenDP draws from the machine's secure generator; there is no seed."""

    def add(self, count: int, micros: int) -> int:
        """See ``Noise``."""
        return int(_mechanism(micros)(count))


@cache
def _mechanism(micros: int) -> Any:
    assert micros > 0, "a figure without a cost would have no noise"
    _dp.enable_features("contrib")
    scale = SENSITIVITY * MICROS / micros
    made = _dp.m.make_laplace(_dp.atom_domain(T=int), _dp.absolute_distance(T=int), scale=scale)
    assert made.map(SENSITIVITY) <= micros / MICROS * (1 + 1e-9), "the mechanism spends more than it is charged for"
    return made
