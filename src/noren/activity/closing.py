"""What erased members leave in the ledger: sums in the closing account, and for some hours the handles that wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from noren.activity.model import Purchase, Return

DayOf = Callable[[int], tuple[int, int]]
"""Of an instant: its local day (ordinal), and that day's first instant; instants in microseconds."""


class Closed(IntEnum):
    """What the closing account sums beside points by ``Kind``: of the programme, but for discounts, of a company."""

    PURCHASES = 101
    AMOUNT = 102
    EARNED = 103
    RETURNS = 104
    DISCOUNT = 105
    REDEMPTIONS = 106


@dataclass(frozen=True, slots=True)
class Erasing:
    """A handle that waits for its rows in the lake to go. Instants in microseconds; ``rewritten`` 0: not yet."""

    handle: bytes = field(repr=False)
    since: int
    rewritten: int


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What a member does not want kept: a purchase's entry, a line (-1: all). Instants in microseconds; 0: not yet."""

    entry: int
    line: int
    since: int
    done: int


class ForgettingRows(Protocol):
    """What forgetting writes, within one transaction."""

    def ask_to_forget(self, entry: int, line: int, since: int) -> None:
        """Let a purchase, or a line of it, wait; asked again it changes nothing."""
        ...

    def undo_forgetting(self, entry: int, line: int) -> bool:
        """Take it back; False where it is done, or was never asked."""
        ...

    def put_anew(self, purchase: Purchase, returns: Sequence[Return]) -> None:
        """Write a purchase's row and its returns' lines as they are given."""
        ...

    def note_forgotten(self, done: Sequence[Forgetting], at: int) -> None:
        """Say that ledger and lake hold these no more, though the lake's old files may."""
        ...

    def turn_purchases(self) -> None:
        """Say that purchases that stood do not any more: whoever remembers what came of any begins anew."""
        ...

    def end_forgetting(self, done: Sequence[Forgetting]) -> None:
        """Forget that they were asked for: they stand in no file any more."""
        ...


class ForgettingFeed(Protocol):
    """What waits."""

    def forgetting(self) -> Sequence[Forgetting]:
        """Return all that waits, or is done and not ended."""
        ...


class ErasingRows(Protocol):
    """What an erasure writes, within one transaction."""

    def merged_into(self, handle: bytes) -> Sequence[bytes]:
        """Return the handles that were merged into this one, directly."""
        ...

    def erase(self, handle: bytes, since: int) -> None:
        """Delete a member's rows, her sums added to the closing account, and let her wait for the lake."""
        ...

    def void(self, handle: bytes) -> None:
        """Delete her cards and the coupons that she has not used: what a withdrawal ends at once."""
        ...

    def drop_left(self, entries: Sequence[int], codes: Sequence[bytes]) -> None:
        """Delete what ``ErasingFeed.left_behind`` found, sums added to the closing account."""
        ...

    def thin(self, handle: bytes, entries: Sequence[int]) -> None:
        """Delete the lines of a member's purchases and of what came back of them; the purchases stay."""
        ...

    def note_rewritten(self, handles: Sequence[bytes], at: int) -> None:
        """Say that the lake's tables hold these no more, though its old files may."""
        ...

    def end_erasing(self, handles: Sequence[bytes]) -> None:
        """Forget the handles: they stand in no file any more."""
        ...


class ThinningRows(Protocol):
    """What makes sums of old purchases, within one transaction."""

    def coarsen(self, handle: bytes, before_us: int, day_of: DayOf) -> int:
        """Make one row a day and company of a member's purchases of before an instant; return how many were whole."""
        ...


class ThinningFeed(Protocol):
    """Whose purchases are old."""

    def unthinned(self, after: int, before_us: int, limit: int) -> tuple[int | None, Sequence[bytes]]:
        """Look at the purchases after an entry; return how far that went (None: to the end), and who has old ones."""
        ...


class ErasingFeed(Protocol):
    """Who waits."""

    def erasing(self) -> Sequence[Erasing]:
        """Return the handles whose rows in the lake are still to go."""
        ...

    def every_handle(self) -> Sequence[bytes]:
        """Return the handles of all members, of whatever state: for replaying erasures over a restored store."""
        ...

    def left_behind(self) -> tuple[Sequence[int], Sequence[bytes]]:
        """Return what no index leads to, by one pass: entries with postings of who waits; codes without a purchase."""
        ...
