"""Python's search for rings of garbage, kept out of a till's way.

A batch makes thousands of values that reference counting frees by itself; looking through them took a tenth of the
till's time. And a look through everything that stands is a pause: of 0.1 to 0.6 s where the standings of thousands of
members are remembered. So what has outlived a look is not looked at again, but for once an hour, when everything is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from typing import Any, Final

_YOUNG: Final = 50_000
_MIDDLE: Final = 3
_NEVER: Final = 1_000_000_000
_HOUR_SECONDS: Final = 3_600.0
_OF_THE_MIDDLE: Final = 1


class Collecting:
    """Begins at once. ``monotonic``: seconds; ``look`` is to be called every now and then, between two batches."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._last = monotonic, monotonic()
        _look_through()
        gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
        gc.callbacks.append(_spare)

    def look(self) -> None:
        """Look through everything, where an hour has passed."""
        now = self._monotonic()
        if now - self._last >= _HOUR_SECONDS:
            self._last = now
            gc.unfreeze()
            _look_through()


def _look_through() -> None:
    gc.collect()
    gc.freeze()


def _spare(phase: str, info: Mapping[str, Any]) -> None:
    """Let what has outlived two looks be."""
    if phase == "stop" and info["generation"] == _OF_THE_MIDDLE:
        gc.freeze()
