"""The number of a file that is handed over by staff, and the code that opens it.

The number stands on the file and holds the day on which it was made. The code is made of it with a key of the
member's own on that side, so that it is shown on her page of that side and nowhere else, and is kept nowhere.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import date, timedelta
from typing import Final

from noren.kernel.keyring import keyed_index

GOOD_DAYS: Final = 14
"""For how many days a code is shown: as long as the file's lease."""

_DAY_BYTES: Final = 3
_RANDOM_BYTES: Final = 7
_CODE_BYTES: Final = 15
_GROUP: Final = 4


def new_number(today: date) -> str:
    """Return a new file's number: 16 signs in groups of four."""
    raw = today.toordinal().to_bytes(_DAY_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return grouped(base64.b32encode(raw).decode())


def is_good(number: str, today: date) -> bool:
    """Return whether a number is one of a file whose code may still be shown."""
    raw = _raw(number)
    if raw is None:
        return False
    made = int.from_bytes(raw[:_DAY_BYTES], "big")
    return 0 <= today.toordinal() - made <= GOOD_DAYS


def last_day(number: str) -> date:
    """Return the last day on which a good number's code is shown."""
    raw = _raw(number)
    assert raw is not None, "a number that was looked at"
    return date.fromordinal(int.from_bytes(raw[:_DAY_BYTES], "big")) + timedelta(days=GOOD_DAYS)


def code_of(key: bytes, member: bytes, number: str) -> str:
    """Return the code of a member's file: 120 bits. ``key``: her own or her side's; ``member``: that side's id."""
    plain = _plain(number).encode()
    return grouped(base64.b32encode(keyed_index(key, b"disclosure", member, plain)[:_CODE_BYTES]).decode())


def grouped(text: str) -> str:
    """Return signs in groups of four, for reading aloud."""
    return "-".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))


def _plain(number: str) -> str:
    return number.replace("-", "").replace(" ", "").strip().upper()


def _raw(number: str) -> bytes | None:
    try:
        raw = base64.b32decode(_plain(number))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _DAY_BYTES + _RANDOM_BYTES else None
