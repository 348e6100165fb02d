"""What a demo's home remembers of its own making, so that it can be taken up again: figures only, no person, no key."""

from __future__ import annotations

from typing import Final

import msgspec

from noren.house.home import Home
from noren.house.showing import Turned

_FILE: Final = "demo.json"


class Record(msgspec.Struct, frozen=True):
    """How the year was shifted, how many days of it are shown (None: all), if it is all there, how fast it went.

    ``brought``: whether the earlier system's files are in; ``turned``: the key that turned while the till sold.
    """

    shift_days: int
    days: int | None = None
    complete: bool = False
    purchases_per_second: float = 0.0
    seconds: float = 0.0
    brought: bool = False
    turned: Turned | None = None


def read_record(home: Home) -> Record | None:
    """Return the record; None when this home was not made by the demo."""
    try:
        return msgspec.json.decode((home.path / _FILE).read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return None


def keep_record(home: Home, record: Record) -> None:
    """Keep the record."""
    path = home.path / _FILE
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(record))
    fresh.replace(path)
