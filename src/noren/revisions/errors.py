"""What is wrong with a store's revision."""

from __future__ import annotations

from noren.kernel.say import Say


class NotThisRevision(Exception):
    """A store's tables are not those of this noren; ``say`` tells what to do. Nothing was read or written."""

    def __init__(self, says: Say) -> None:
        super().__init__(says.en)
        self.say = says


class CanNotGo(Exception):
    """A store holds what the other layout has no way to hold; ``say`` tells what. The step was rolled back."""

    def __init__(self, says: Say) -> None:
        super().__init__(says.en)
        self.say = says
