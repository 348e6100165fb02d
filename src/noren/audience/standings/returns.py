"""Who brought something back lately: read from the ledger as it goes on, so that no mark has to be trusted.

The ledger has no index from a member to her returns. But returns are numbered with everything else, so
whoever has read them up to an entry knows of each member her newest one since the floor, where
reading began. A standing made before the floor is not vouched for here.
"""

from __future__ import annotations

from typing import Final

from noren.activity.about import AboutMember

PAGE: Final = 1_000
"""Returns read at one question, at most."""

REMEMBERED: Final = 200_000
"""Members with returns that are remembered; beyond it the floor is raised and older standings are folded again."""


class Returns:
    """Each member's newest return since the floor."""

    def __init__(self, about: AboutMember, floor: int) -> None:
        self._about = about
        self.floor = self._read = floor
        self._last: dict[bytes, int] = {}

    def hold(self, handle: bytes, seen: int, newest: int) -> bool:
        """Return whether a standing that has seen returns up to an entry lacks none of hers up to the newest.

        ``newest``: the newest return of anybody, as the ledger has it now. What can not be told is no.
        """
        if newest > self._read:
            self._read_on()
        return self.floor <= seen and self._read >= newest and self._last.get(handle, 0) <= seen

    def _read_on(self) -> None:
        found = self._about.brought_after(self._read, PAGE)
        self._last.update({handle: entry for entry, handle in found})
        if found:
            self._read = found[-1][0]
        if len(self._last) > REMEMBERED:
            self._last.clear()
            self.floor = self._read
