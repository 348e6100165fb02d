"""The mark that a home has staff accounts: ``keys/trust/staff``, written by the desk, read by every zone.

From then on no zone does an act for a claimed name; and one that can not ask the desk who is signed in does none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.house.home import Home
from noren.house.keys.keyfile import PUBLIC, exchange

_TEXT: Final = b"This home has staff accounts: acts are done by who is signed in. The desk writes this file again.\n"


def mark_path(home: Home) -> Path:
    """Return where the mark lies."""
    return home.keys / "trust" / "staff"


def has_staff(home: Home) -> bool:
    """Return whether the home has, or ever had, an account that somebody uses."""
    return mark_path(home).exists()


def mark_staff(home: Home) -> None:
    """Say for good that the home has accounts, durably."""
    if not has_staff(home):
        exchange(mark_path(home), _TEXT, PUBLIC)
