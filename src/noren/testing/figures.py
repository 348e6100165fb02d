"""Private figures without a disk: a store and a mark in memory, and noise that a seed repeats."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from noren.audience.errors import HighWaterLost
from noren.audience.figure.budget import highest
from noren.audience.ports import Charge, Drawn

_MICROS = 1_000_000


@dataclass(slots=True)
class MemoryFigures:
    """Fills ``ports.Figures``."""

    drawn: dict[tuple[bytes, date], Drawn] = field(default_factory=dict[tuple[bytes, date], Drawn])
    charges: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    def figure(self, digest: bytes, day: date) -> Drawn | None:
        """See ``Figures``."""
        return self.drawn.get((digest, day))

    def put_figure(self, drawn: Drawn, charge: Charge) -> None:
        """See ``Figures``."""
        self.drawn[drawn.digest, drawn.day] = drawn
        of_month = self.charges.setdefault(charge.month, {})
        of_month[charge.asker] = of_month.get(charge.asker, 0) + charge.micros

    def spent(self, month: str) -> Mapping[str, int]:
        """See ``Figures``."""
        return self.charges.get(month, {})

    def latest_month(self) -> str:
        """See ``Figures``."""
        return max(self.charges, default="")


@dataclass(slots=True)
class MemoryMark:
    """Fills ``ports.HighWater``; ``lost`` True: it can not be read."""

    months: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    lost: bool = False

    def read(self) -> Mapping[str, Mapping[str, int]]:
        """See ``HighWater``."""
        if self.lost:
            raise HighWaterLost
        return self.months

    @property
    def exists(self) -> bool:
        """See ``HighWater``."""
        return True

    def begin(self, months: Mapping[str, Mapping[str, int]]) -> None:
        """See ``HighWater``."""
        self.months, self.lost = {month: dict(spent) for month, spent in months.items()}, False

    def raise_to(self, month: str, spent: Mapping[str, int]) -> None:
        """See ``HighWater``."""
        self.months[month] = highest(self.months.get(month, {}), spent)


class SeededNoise:
    """Fills ``ports.Noise`` with a generator that a test seeds: the same distribution, never for a programme."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def add(self, count: int, micros: int) -> int:
        """Return the count with the difference of two geometric draws, which is discrete Laplace."""
        rate = micros / _MICROS
        up, down = (math.floor(-math.log(1.0 - self._random.random()) / rate) for _ in range(2))
        return count + up - down
