"""Values of the standings: a member's standing as it is kept, what is in force where, and why there is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from noren.audience.language.nodes import Condition
from noren.audience.live import Standing
from noren.kernel.values import value


class Why(StrEnum):
    """Why a question can not be answered now. The next one may be."""

    NOBODY = "nobody"
    """No such member, or she was merged into another."""
    CONDITIONS = "conditions"
    """Conditions or products have changed, and are being made ready."""
    FAR_BEHIND = "far-behind"
    """She has more purchases to fold than a call may take."""
    OLD_LINES = "old-lines"
    """Lines that she must be folded from stand in the lake alone."""
    RANKS = "ranks"
    """A rank is asked for whose cut of the day is not there yet."""
    MOVED = "moved"
    """Her purchases went to another member in between."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """The standing can not tell: counted, and never taken for false."""

    why: Why


@value
class Kept:
    """A standing, and how far it goes.

    ``head``: the newest link of her chain of purchases that it holds; ``seen``: the newest return of anybody when it
    was made: later ones of hers are not in it; ``since``: from this instant on it tells the truth (microseconds);
    ``only``: the facts that are as told (None: all): the others have stood still.
    """

    standing: Standing
    head: int
    seen: int
    since: int
    only: frozenset[int] | None = None

    def tells(self, facts: frozenset[int] | None) -> bool:
        """Whether it can be asked for some facts (None: all)."""
        return self.only is None or (facts is not None and facts <= self.only)


@dataclass(frozen=True, slots=True)
class LiveCondition:
    """A condition in force. ``shops`` and ``partners``: where; both empty: everywhere."""

    name: str
    condition: Condition
    shops: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()


@value
class Row:
    """A standing as the store has it. ``day``: from which local date on to be read; its answer is of then."""

    handle: bytes = field(repr=False)
    day: int
    plan: bytes
    head: int
    seen: int
    since: int
    facts: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the store follows the ledger, by entry.

    ``returns`` is a promise: every standing of a kept plan holds the returns up to it. ``cleaned``: up to which handle
    standings that no kept plan reads are gone; None: all of them.
    """

    returns: int = 0
    bought: int = 0
    merged: int = 0
    cleaned: bytes | None = None


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan of which standings are kept. ``serial``: a later one is greater.

    ``first_day``: from which local date on it is asked (0: at once); ``taken``: tills ask by it; ``swept``: up to which
    handle all members are there under it; None: all of them, it is whole. ``mark``: of what it is made, names and
    places too: these may change, and standings of the same ``digest`` hold.
    """

    serial: int
    digest: bytes
    first_day: int
    taken: bool
    swept: bytes | None
    mark: bytes

    @property
    def whole(self) -> bool:
        """Whether every member has her standing under it."""
        return self.swept is None
