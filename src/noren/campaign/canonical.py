"""One JSON text for one value (RFC 8785), so that a hash of it means something.

Only texts, whole numbers that a double holds, truth values, lists and objects with ASCII keys: of these, msgspec's
sorted text is the canonical one (``tests/property/test_draw.py`` holds it against the reference library).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

LARGEST: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""

_JSON: Final = msgspec.json.Encoder(order="sorted")


def canonical(value: Mapping[str, object]) -> bytes:
    """Return the one text of an object."""
    return _JSON.encode(value)


def canonical_sha256(value: Mapping[str, object]) -> bytes:
    """Return the hash of the one text of an object, 32 bytes."""
    return hashlib.sha256(_JSON.encode(value)).digest()
