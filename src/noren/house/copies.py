"""The copies of a zone: its census, its folder, and the key that wraps each copy's own."""

from __future__ import annotations

from typing import Final

import structlog

from noren.governance.leases.copies import Copies
from noren.governance.leases.model import CopyLease
from noren.governance.leases.store import LeaseStore
from noren.house.home import Home, Zone
from noren.house.keys import ZoneKeys
from noren.kernel.clock import Clock

WRAPS: Final[dict[Zone, str]] = {"ledger-worker": "ledger-copies", "vault": "vault-copies"}
"""The zones that make copies, and the key with which each wraps theirs: one for each side, shared with nobody."""

_log = structlog.get_logger("copies")


def open_copies(home: Home, keys: ZoneKeys, clock: Clock) -> Copies:
    """Open the copies of a zone."""
    zone = keys.zone
    return Copies(LeaseStore(home.copies_db(zone)), home.copies(zone), keys.ring(WRAPS[zone]), clock, _tell)


def _tell(lease: CopyLease) -> None:
    _log.info("copy", copy=lease.copy, kind=lease.wanted.kind.value, state=lease.state.value)
