"""What standings need of others: conditions in force, old lines, a store. Each is filled in the house, and by fakes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from noren.activity.model import Line
from noren.audience.live import Place
from noren.audience.standings.model import LiveCondition, Progress, Row


class LiveConditions(Protocol):
    """Which conditions are in force where, and the lists that they name."""

    def edition(self) -> int:
        """Return a number that is another one whenever anything here has changed. Asked at every question: cheap."""
        ...

    def conditions(self) -> Sequence[LiveCondition]:
        """Return the conditions in force."""
        ...

    def lists(self) -> Mapping[str, frozenset[str]]:
        """Return the lists that they name."""
        ...

    def horizon(self) -> date | None:
        """Return the first local date from which purchases count; None: all."""
        ...


class Shops(Protocol):
    """The directory, as far as conditions ask it."""

    def places(self) -> Mapping[str, Place]:
        """Return company and industry by shop."""
        ...


class OldLines(Protocol):
    """Lines that the ledger has no more."""

    def lines_of(self, entries: Sequence[int]) -> Mapping[int, Sequence[Line]]:
        """Return the lines of purchases after their returns, by entry; who has none is not named."""
        ...

    def buyers_of(self, products: Collection[str]) -> tuple[int, set[bytes]]:
        """Return who ever bought one of some products, as far as is known here: (up to which purchase, handles)."""
        ...


class StandingStore(Protocol):
    """Standings, kept: a cache. Whatever is wrong with it is as if nothing stood in it."""

    def load(self, handle: bytes, day: int) -> Row | None:
        """Return a member's standing to be read on a day; its ``seen`` is at least the store's ``returns``."""
        ...

    def progress(self) -> Progress:
        """Return how far the store follows the ledger."""
        ...

    def accepted(self, plan: bytes) -> frozenset[bytes]:
        """Return the plans whose standings are as good as this plan's; it itself is not named."""
        ...

    def edition(self) -> int:
        """Return which conditions are published; 0: none."""
        ...

    def published(self) -> bytes:
        """Return what is published."""
        ...

    def cuts(self, plan: bytes, day: int) -> Mapping[int, int | None] | None:
        """Return a day's cuts of ``top``, by number; None: they are not there yet."""
        ...


class KeptStandings(StandingStore, Protocol):
    """The store, as its one writer has it."""

    def keep(self, rows: Iterable[Row], gone: Iterable[bytes], progress: Progress) -> None:
        """Write standings in the place of all of theirs, remove others, note the progress, in one transaction."""
        ...

    def lay_beside(self, rows: Iterable[Row]) -> None:
        """Write standings for a day that is to come, beside those of now."""
        ...

    def stale(self, day: int, limit: int) -> Sequence[bytes]:
        """Return members who have no standing made for this day or a later one."""
        ...

    def drop_past(self, day: int, limit: int) -> None:
        """Remove standings that nobody reads any more, because there are newer ones for this day."""
        ...

    def accept(self, plans: Iterable[bytes], gone: Iterable[bytes], progress: Progress) -> None:
        """Note that standings of other plans are as good as those of ``progress.plan``, and remove some, at once."""
        ...

    def every(self, plan: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield (plan, facts) of every standing of a plan, or of one that is as good."""
        ...

    def put_cuts(self, plan: bytes, day: int, cuts: Mapping[int, int | None]) -> None:
        """Keep a day's cuts; those of earlier days and of other plans go."""
        ...

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member."""
        ...

    def publish(self, edition: int, told: bytes) -> None:
        """Tell the tills what is in force: ``told`` as :mod:`publishing` writes it."""
        ...

    def start_again(self) -> None:
        """Throw everything away."""
        ...

    def clear(self) -> None:
        """Remove all standings: nothing asks for them."""
        ...

    def count(self) -> int:
        """Return how many standings there are."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...
