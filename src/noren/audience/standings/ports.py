"""What standings need of others: conditions in force, old lines, a store. Each is filled in the house, and by fakes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from noren.activity.model import Line
from noren.audience.live import Place
from noren.audience.standings.model import KeptPlan, LiveCondition, Progress, Row


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

    def load(self, handle: bytes, day: int, plan: bytes) -> Row | None:
        """Return a member's standing of a day under a plan; its ``seen`` is at least the store's ``returns``.

        Where there is none of this day or before, one of a later day: its facts are as good, its answer is of then.
        It may be of another plan that is as good. Of a plan that is not kept there is none.
        """
        ...

    def progress(self) -> Progress:
        """Return how far the store follows the ledger."""
        ...

    def plans(self) -> Sequence[KeptPlan]:
        """Return the plans that are kept, by serial."""
        ...

    def told(self, serial: int) -> bytes:
        """Return what a plan is made of, as :mod:`publishing` writes it; nothing: it is not kept."""
        ...

    def cuts(self, plan: bytes, day: int) -> Mapping[int, int | None] | None:
        """Return a day's cuts of ``top``, by number; None: they are not there yet."""
        ...


class KeptStandings(StandingStore, Protocol):
    """The store, as its one writer has it."""

    def keep(
        self, rows: Iterable[Row], gone: Iterable[bytes], progress: Progress, swept: KeptPlan | None = None
    ) -> None:
        """Write standings in the place of all of theirs under the same plan, remove members, note the progress.

        Those of plans that were as good, and are not kept themselves, go with it, but for a sweep (``swept``: how far
        a plan is swept). All in one transaction.
        """
        ...

    def lay_beside(self, rows: Iterable[Row]) -> None:
        """Write standings for a day that is to come, beside those of now."""
        ...

    def stale(self, plan: bytes, day: int, limit: int) -> Sequence[bytes]:
        """Return members whose standing under a plan is made neither for this day nor for a later one."""
        ...

    def drop_past(self, day: int, limit: int) -> None:
        """Remove standings that nobody reads any more, because there are newer ones for this day."""
        ...

    def begin(self, plan: KeptPlan, told: bytes, accepts: Sequence[bytes], unfit: Iterable[bytes]) -> None:
        """Keep one more plan from now on; its serial is given here.

        ``accepts``: plans whose standings are as good, the best first, but for those of the members in ``unfit``.
        """
        ...

    def accepted(self, plan: bytes) -> Sequence[bytes]:
        """Return the plans whose standings are as good as a kept plan's, itself first, then the best."""
        ...

    def tell(self, plan: KeptPlan, told: bytes) -> None:
        """Tell names and places of a kept plan otherwise: what it is made of, and its mark."""
        ...

    def take(self, serial: int) -> None:
        """Give a plan to the tills."""
        ...

    def drop(self, serial: int) -> None:
        """Keep a plan no more: from now on its standings are read by nobody, and are to be cleaned away."""
        ...

    def clean(self, progress: Progress, day: int, limit: int) -> Progress:
        """Remove the standings of some more members that no kept plan reads; return how far it is done."""
        ...

    def every(self, plan: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield (plan, facts) of every standing of a plan, or of one that is as good."""
        ...

    def put_cuts(self, plan: bytes, day: int, cuts: Mapping[int, int | None]) -> None:
        """Keep a day's cuts; those of earlier days and of plans that are not kept go."""
        ...

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member."""
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
