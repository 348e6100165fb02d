"""What stands in the key files of a side, without the keys: versions, states, dates."""

from __future__ import annotations

from datetime import datetime

import msgspec

from noren.house.home import Home, Zone
from noren.house.keys import keyfile
from noren.house.keys.custody import Custodian
from noren.house.keys.holds import KEK, SIDES, Side
from noren.house.keys.keyfile import State


class KeyStanding(msgspec.Struct, frozen=True):
    """One version of a key in one zone's file. ``custody`` stands with the key-encryption key alone."""

    name: str
    zone: Zone
    version: int
    state: State
    created: datetime
    until: datetime | None = None
    custody: Custodian | None = None


def standing(home: Home, side: Side) -> list[KeyStanding]:
    """Return every version in the key files of a side; nothing is opened."""
    out: list[KeyStanding] = []
    for zone in SIDES[side]:
        content = keyfile.read(home, zone)
        kek = content.kek
        out.append(KeyStanding(KEK, zone, kek.version, "current", kek.created, custody=kek.held.custody))
        for name, versions in content.keys.items():
            out += [KeyStanding(name, zone, v.version, v.state, v.created, v.until) for v in versions]
    return out
