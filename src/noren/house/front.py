"""What the front process holds: one signing key for its passes, and callers to the ledger worker and the desk.

No store, no key to any data, no member: what it shows of the programme it asks for, and the
ledger worker lets it ask for nothing but totals (``passes.MAY_CALL``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.governance.acknowledgement import spelled
from noren.governance.log.tiles import PUBLIC_NAME
from noren.house.home import Home, LogSide
from noren.house.inner import InnerClient
from noren.house.keys import ZoneKeys, acknowledged_by, open_keys
from noren.house.keys.trust import ACKNOWLEDGING
from noren.house.passes import Porter
from noren.house.register_door import RegisterDoor
from noren.house.showing import Shown, read_shown

_PATIENCE_SECONDS: Final = 3.0


class Year(msgspec.Struct, frozen=True):
    """The stretch of time that a demonstration sends through the till: what its progress is measured against.

    ``since`` and ``until``: first and last business day; ``purchases``: how many there will be.
    """

    since: date
    until: date
    purchases: int


def year_file(home: Home) -> Path:
    """Return where a demonstration writes its :class:`Year` before it starts to send (public figures only)."""
    return home.path / "run" / "year.json"


@dataclass(frozen=True, slots=True)
class FrontRoom:
    """All that the front process can reach."""

    home: Home
    ledger: InnerClient
    register: RegisterDoor
    keys: ZoneKeys

    def summary(self) -> Any:
        """Ask the ledger worker for the programme's totals (blocking; see ``InnerClient.call`` for its refusals)."""
        return self.ledger.call("/summary", method="GET")

    def tiers(self) -> Any:
        """Ask the ledger worker for the published rules of tiers (blocking, as ``summary``)."""
        return self.ledger.call("/published/tiers", method="GET")

    def year(self) -> Year | None:
        """Return the year that is being sent, None when no demonstration runs."""
        try:
            return msgspec.json.decode(year_file(self.home).read_bytes(), type=Year)
        except (OSError, msgspec.DecodeError):
            return None

    def of_log(self, side: LogSide, name: str) -> bytes | None:
        """Return a public file of a side's audit log; None where there is none, or where it is not public."""
        if not PUBLIC_NAME.match(name):
            return None
        try:
            return (self.home.audit_log(side) / name).read_bytes()
        except OSError:
            return None

    def log_keys(self, side: LogSide) -> bytes | None:
        """Return the public keys that a side's audit log ever had, one a line."""
        try:
            return self.home.log_keys(side).read_bytes()
        except OSError:
            return None

    def acknowledgement_keys(self) -> bytes:
        """Return the public keys by which acknowledgements were ever signed: whose, and the key, one a line."""
        lines = [f"{zone} {spelled(key)}\n" for zone in ACKNOWLEDGING for key in acknowledged_by(self.home, zone)]
        return "".join(lines).encode()

    def shown(self) -> Shown | None:
        """Return what a demonstration shows besides; a live programme shows nothing of the kind."""
        return read_shown(self.home) if self.home.sandbox else None


def front_room(home: Home) -> FrontRoom:
    """Wire the front process."""
    keys = open_keys(home, "front")
    ledger = InnerClient(home, Porter(home, keys), "ledger-worker", timeout_seconds=_PATIENCE_SECONDS)
    desk = InnerClient(home, Porter(home, keys), "desk", timeout_seconds=_PATIENCE_SECONDS)
    return FrontRoom(home, ledger, RegisterDoor(desk), keys)
