"""Python's search for rings of garbage, kept out of a till's way.

A batch makes thousands of values that reference counting frees by itself; looking through them took a tenth of the
till's time. And a look through everything that stands is a pause: of 0.1 to 0.6 s where the standings of thousands of
members are remembered. So what was there at a look is not looked at again, but for once an hour, or when it has become
much more; then everything is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from typing import Any, Final

_YOUNG: Final = 5_000
_MIDDLE: Final = 2
_NEVER: Final = 1_000_000_000
_HOUR_SECONDS: Final = 3_600.0
_MINUTE_SECONDS: Final = 60.0
_MORE: Final = 2_000_000
"""Values that were spared since everything was looked through: so many that rings may be among them."""

_OF_THE_MIDDLE: Final = 1


class Collecting:
    """Begins at once. ``monotonic``: seconds; ``look`` is to be called every now and then, between two batches."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last = self._counted = monotonic()
        self._spared = _look_through()
        gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
        gc.callbacks.append(_spare)

    def look(self) -> None:
        """Look through everything, where an hour has passed or much has been spared."""
        now = self._monotonic()
        if now - self._last >= _HOUR_SECONDS or self._has_grown(now):
            self._last = now
            gc.unfreeze()
            self._spared = _look_through()

    def _has_grown(self, now: float) -> bool:
        """Counting takes some milliseconds: it is done once a minute."""
        if now - self._counted < _MINUTE_SECONDS:
            return False
        self._counted = now
        return gc.get_freeze_count() > self._spared + _MORE


def _look_through() -> int:
    """Return how many values stand."""
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()


def _spare(phase: str, info: Mapping[str, Any]) -> None:
    """Let be what was there at a look at what is not quite new."""
    if phase == "stop" and info["generation"] == _OF_THE_MIDDLE:
        gc.freeze()
