"""The copies of a zone: its census, its folder, and the key that wraps each copy's own."""

from __future__ import annotations

from typing import Final

import structlog

from noren.governance.leases.copies import Copies
from noren.governance.leases.model import CopyLease, CopyState
from noren.governance.leases.store import LeaseStore
from noren.governance.ports import Entry, EntryKind, Fact, Journal
from noren.house.home import Home, Zone
from noren.house.keys import ZoneKeys
from noren.kernel.clock import Clock

WRAPS: Final[dict[Zone, str]] = {"ledger-worker": "ledger-copies", "vault": "vault-copies", "desk": "desk-backup"}
"""The zones that make copies, and the key with which each wraps theirs: one for each side, shared with nobody.

The desk's only copies are its backups, each with its key wrapped for the minutes of its making."""

_log = structlog.get_logger("copies")


def open_copies(home: Home, keys: ZoneKeys, clock: Clock, journal: Journal) -> Copies:
    """Open the copies of a zone; each that is made, and each that ends, stands in the side's log."""

    def tell(lease: CopyLease) -> None:
        made = lease.state is CopyState.HERE
        kind = EntryKind.COPY_MADE if made else EntryKind.COPY_DESTROYED
        journal.append([Entry(kind, clock.now(), _facts(lease))])
        _log.info("copy", copy=lease.copy, kind=lease.wanted.kind.value, state=lease.state.value)

    zone = keys.zone
    return Copies(LeaseStore(home.copies_db(zone)), home.copies(zone), keys.ring(WRAPS[zone]), clock, tell)


def _facts(lease: CopyLease) -> dict[str, Fact]:
    wanted = lease.wanted
    return {
        "copy": lease.copy,
        "kind": wanted.kind.value,
        "purpose": wanted.purpose,
        "owner": wanted.owner,
        "recipient": wanted.recipient,
        "state": lease.state.value,
        "rows": lease.rows or 0,
        "until": wanted.expires_at.date().isoformat(),
    }
