"""What a live programme publishes of its totals: whole thousands, renewed once an hour at most.

With exact totals of every second, whoever stands at a shop's counter in a quiet hour reads a
single purchase off the difference of two readings: its amount, its points, its lines. Rounded
down and rare, no difference tells of one purchase. Shops, companies, products and surplus
fields refused tell of nobody's purchase: they stay exact, and come with the same hour's figures.
"""

from __future__ import annotations

from typing import Final

import msgspec

from noren.doors.front.summary import Summary

COUNTS: Final = 1_000
AMOUNTS: Final = 1_000_000
"""In minor units. One purchase is often more than a thousand of them: amounts need the larger step."""
STANDS_SECONDS: Final = 3_600.0

_COUNTED: Final = (
    "purchases",
    "lines",
    "points_earned",
    "points_used",
    "returns",
    "replays",
    "imported",
    "members",
    "cards",
    "lake_rows",
    "lake_entry",
    "ledger_entry",
)
_AMOUNTS: Final = ("amount", "lake_amount")


def is_live(summary: Summary) -> bool:
    """Return whether these are real members' figures; what does not call itself a sandbox is taken as live."""
    return summary.programme.kind != "sandbox"


def coarse(summary: Summary) -> Summary:
    """Return the figures rounded down to whole steps."""
    rounded = {name: _down(getattr(summary, name), COUNTS) for name in _COUNTED}
    rounded |= {name: _down(getattr(summary, name), AMOUNTS) for name in _AMOUNTS}
    now = summary.now.replace(second=0, microsecond=0)
    return msgspec.structs.replace(summary, now=now, **rounded)


class Standing:
    """The published figures of a live programme: the first reading of an hour stands until the hour is over."""

    def __init__(self) -> None:
        self._summary: Summary | None = None
        self._since = 0.0

    def publish(self, summary: Summary, at: float) -> Summary:
        """Return what is published now that ``summary`` was read, ``at`` seconds on the monotonic clock."""
        if self._summary is None or at - self._since >= STANDS_SECONDS:
            self._summary, self._since = coarse(summary), at
        # Who handles member information is no figure: that list is always of now.
        return msgspec.structs.replace(self._summary, identity_shops=summary.identity_shops)


def _down(value: int, step: int) -> int:
    return value // step * step
