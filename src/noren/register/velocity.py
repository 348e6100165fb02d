"""Own-card velocity: the same member at the same terminal, again and again in a short time.

A clerk who passes her own card for customers who have none earns their points. The till
cannot know whose card it is, and a school that buys for its feast looks the same: so nothing
is refused and nobody is named; the shop and the terminal are, and their company can look.

Costs half a microsecond a purchase and fixed memory: a first purchase leaves a tag and its
minute in one cell of a table, and only a second one near it is counted exactly. A handle
comes in, and stays in this process' memory as a part of a number that starts anew with it.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections.abc import Callable, Sequence
from typing import Final

from noren.activity.model import Purchase

CELLS: Final = 1 << 21
MAX_COUNTED: Final = 20_000
_MINUTE_US: Final = 60_000_000
_TAG_SHIFT: Final = 21
_TAG: Final = 0xFFFF0000
_MINUTE: Final = 0xFFFF


class Velocity:
    """Sees each purchase that became durable; tells shop and terminal at each ``threshold`` of one member there.

    ``within_minutes``: all of them lie so close together by the receipts' own times, so that sales
    of an offline till count like others. A ``threshold`` of 0 sees nothing.
    """

    def __init__(self, *, threshold: int, within_minutes: int, tell: Callable[[str, str], None]) -> None:
        assert threshold != 1, "one purchase is no repetition: read_settings refuses it"
        self._threshold = threshold
        self._within = within_minutes
        self._tell = tell
        self._cells = array("I", bytes(4 * CELLS)) if threshold else array("I")
        self._counted: dict[int, list[int]] = {}

    def saw(self, purchases: Sequence[Purchase]) -> None:
        """Count purchases."""
        if not self._threshold:
            return
        cells = self._cells
        for purchase in purchases:
            name = hash((purchase.handle, purchase.shop, purchase.terminal))
            minute = purchase.at // _MINUTE_US
            place = name & (CELLS - 1)
            cell = cells[place]
            cells[place] = fresh = (name >> _TAG_SHIFT << 16 & _TAG) | (minute & _MINUTE)
            if not (cell ^ fresh) & _TAG and cell:
                self._count(name, minute, cell & _MINUTE, purchase)

    def _count(self, name: int, minute: int, before: int, purchase: Purchase) -> None:
        minutes = self._counted.get(name)
        if minutes is None:
            # The cell keeps 16 bits of the minute: 45 days, the nearest of which is meant.
            apart = (minute - before + 0x8000 & _MINUTE) - 0x8000
            if abs(apart) > self._within:
                return
            if len(self._counted) >= MAX_COUNTED:
                del self._counted[next(iter(self._counted))]
            minutes = self._counted[name] = [minute - apart]
        insort(minutes, minute)
        del minutes[: -self._threshold]
        if len(minutes) == self._threshold and minutes[-1] - minutes[0] <= self._within:
            del self._counted[name]
            self._cells[name & (CELLS - 1)] = 0  # what was told is not told again
            self._tell(purchase.shop, purchase.terminal)
