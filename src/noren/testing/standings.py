"""Fakes of the standings' ports: a store that keeps nothing, conditions that change at will, lines of long ago."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from noren.activity.model import Line
from noren.audience.live import Place
from noren.audience.standings import KeptPlan, LiveCondition, Progress, Row


@dataclass(slots=True)
class FakeConditions:
    """Fills ``LiveConditions``: what :meth:`put` was told last."""

    now: list[LiveCondition] = field(default_factory=list[LiveCondition])
    named: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    first_day: date | None = None
    number: int = 1

    def put(
        self,
        conditions: Sequence[LiveCondition] | None = None,
        lists: Mapping[str, frozenset[str]] | None = None,
        horizon: date | None = None,
    ) -> None:
        """Change what is in force; what is not said stays."""
        self.now = self.now if conditions is None else list(conditions)
        self.named = self.named if lists is None else dict(lists)
        self.first_day = horizon or self.first_day
        self.number += 1

    def edition(self) -> int:
        """See ``LiveConditions``."""
        return self.number

    def conditions(self) -> Sequence[LiveCondition]:
        """See ``LiveConditions``."""
        return list(self.now)

    def lists(self) -> Mapping[str, frozenset[str]]:
        """See ``LiveConditions``."""
        return dict(self.named)

    def horizon(self) -> date | None:
        """See ``LiveConditions``."""
        return self.first_day


@dataclass(slots=True)
class FakeShops:
    """Fills ``Shops``."""

    known: dict[str, Place] = field(default_factory=dict[str, Place])

    def places(self) -> Mapping[str, Place]:
        """See ``Shops``."""
        return dict(self.known)


@dataclass(slots=True)
class FakeOldLines:
    """Fills ``OldLines`` from a dict. ``buyers``: (purchase, handle, product), as far as somebody told."""

    known: dict[int, Sequence[Line]] = field(default_factory=dict[int, "Sequence[Line]"])
    buyers: list[tuple[int, bytes, str]] = field(default_factory=list[tuple[int, bytes, str]])

    def lines_of(self, entries: Sequence[int]) -> Mapping[int, Sequence[Line]]:
        """See ``OldLines``."""
        return {entry: self.known[entry] for entry in entries if entry in self.known}

    def buyers_of(self, products: Collection[str]) -> tuple[int, set[bytes]]:
        """See ``OldLines``."""
        reached = max((entry for entry, _, _ in self.buyers), default=0)
        return reached, {handle for _, handle, product in self.buyers if product in products}


class NoStandings:
    """Fills ``StandingStore``: nothing is kept."""

    def load(self, handle: bytes, day: int, plan: bytes) -> Row | None:
        """See ``StandingStore``."""
        del handle, day, plan

    def progress(self) -> Progress:
        """See ``StandingStore``."""
        return Progress()

    def plans(self) -> Sequence[KeptPlan]:
        """See ``StandingStore``."""
        return ()

    def told(self, serial: int) -> bytes:
        """See ``StandingStore``."""
        del serial
        return b""

    def cuts(self, plan: bytes, day: int) -> Mapping[int, int | None] | None:
        """See ``StandingStore``."""
        del plan, day
