"""Fakes of the standings' ports: a store without a disk, conditions that change at will, lines of long ago."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from noren.activity.model import Line
from noren.audience.live import Place
from noren.audience.standings import LiveCondition, Progress, Row


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


class MemoryStandings:
    """Fills ``KeptStandings`` in memory."""

    def __init__(self) -> None:
        self.rows: dict[bytes, dict[int, Row]] = {}
        self.noted = Progress()
        self.others: dict[bytes, frozenset[bytes]] = {}
        self.told = (0, b"")
        self.days: dict[tuple[bytes, int], dict[int, int | None]] = {}

    def load(self, handle: bytes, day: int) -> Row | None:
        """See ``StandingStore``."""
        row = max((row for row in self.rows.get(handle, {}).values() if row.day <= day), key=_day, default=None)
        return None if row is None else replace(row, seen=max(row.seen, self.noted.returns))

    def progress(self) -> Progress:
        """See ``StandingStore``."""
        return self.noted

    def accepted(self, plan: bytes) -> frozenset[bytes]:
        """See ``StandingStore``."""
        return self.others.get(plan, frozenset())

    def edition(self) -> int:
        """See ``StandingStore``."""
        return self.told[0]

    def published(self) -> bytes:
        """See ``StandingStore``."""
        return self.told[1]

    def cuts(self, plan: bytes, day: int) -> Mapping[int, int | None] | None:
        """See ``StandingStore``."""
        return self.days.get((plan, day))

    def keep(self, rows: Iterable[Row], gone: Iterable[bytes], progress: Progress) -> None:
        """See ``KeptStandings``."""
        for handle in gone:
            self.rows.pop(handle, None)
        self.rows.update({row.handle: {row.day: row} for row in rows})
        self.noted = progress

    def lay_beside(self, rows: Iterable[Row]) -> None:
        """See ``KeptStandings``."""
        for row in rows:
            self.rows.setdefault(row.handle, {})[row.day] = row

    def stale(self, day: int, limit: int) -> Sequence[bytes]:
        """See ``KeptStandings``."""
        return [handle for handle, held in self.rows.items() if max(held) < day][:limit]

    def drop_past(self, day: int, limit: int) -> None:
        """See ``KeptStandings``."""
        for held in self.rows.values():
            newest = max((each for each in held if each <= day), default=0)
            for past in [each for each in held if each < newest][:limit]:
                del held[past]

    def accept(self, plans: Iterable[bytes], gone: Iterable[bytes], progress: Progress) -> None:
        """See ``KeptStandings``."""
        self.keep((), gone, progress)
        self.others = {progress.plan: frozenset(plans)}

    def every(self, plan: bytes) -> Iterator[tuple[bytes, bytes]]:
        """See ``KeptStandings``."""
        good = {plan, *self.accepted(plan)}
        newest = [max(held.values(), key=_day) for held in self.rows.values() if held]
        yield from [(row.plan, row.facts) for row in newest if row.plan in good]

    def put_cuts(self, plan: bytes, day: int, cuts: Mapping[int, int | None]) -> None:
        """See ``KeptStandings``."""
        self.days = {key: each for key, each in self.days.items() if key[0] == plan and key[1] >= day}
        self.days[plan, day] = dict(cuts)

    def forget(self, handle: bytes) -> None:
        """See ``KeptStandings``."""
        self.rows.pop(handle, None)

    def publish(self, edition: int, told: bytes) -> None:
        """See ``KeptStandings``."""
        self.told = (edition, told)

    def start_again(self) -> None:
        """See ``KeptStandings``."""
        self.rows, self.noted, self.days, self.told = {}, Progress(), {}, (0, b"")

    def clear(self) -> None:
        """See ``KeptStandings``."""
        self.rows.clear()

    def count(self) -> int:
        """See ``KeptStandings``."""
        return len(self.rows)

    def close(self) -> None:
        """See ``KeptStandings``."""


def _day(row: Row) -> int:
    return row.day
