"""The census on a SQLite file of its side, in homes of either engine: leases, and each copy's wrapped key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update

from noren.governance.leases.model import CopyKind, CopyLease, CopyState, Proof, Wanted
from noren.governance.leases.tables import LEASE, METADATA
from noren.kernel.clock import instant_of, microseconds
from noren.revisions.file_store import open_file


class LeaseStore:
    """Reads and writes leases."""

    def __init__(self, path: Path) -> None:
        """Open the census, and make it where it is missing.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        self._engine = open_file(path, METADATA)

    def put(self, lease: CopyLease, wrapped: bytes | None) -> None:
        """Enter a new copy with its wrapped key (None: it is sealed by its recipient's key)."""
        with self._engine.begin() as db:
            db.execute(insert(LEASE).values(**_values(lease), wrapped=wrapped))

    def change(self, lease: CopyLease) -> None:
        """Write how a copy stands now; its key stays."""
        with self._engine.begin() as db:
            db.execute(update(LEASE).where(LEASE.c.copy == lease.copy).values(**_values(lease)))

    def destroy_key(self, lease: CopyLease) -> None:
        """Write how a copy stands, without its key: when this returns, the key's bytes are in no file of the census."""
        with self._engine.begin() as db:
            db.execute(update(LEASE).where(LEASE.c.copy == lease.copy).values(**_values(lease), wrapped=None))
        with self._engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def lease(self, copy: str) -> CopyLease | None:
        """Return one copy."""
        with self._engine.connect() as db:
            row = db.execute(select(LEASE).where(LEASE.c.copy == copy)).first()
        return _lease(row) if row is not None else None

    def leases(self) -> Sequence[CopyLease]:
        """Return all copies, the oldest first."""
        with self._engine.connect() as db:
            return [_lease(row) for row in db.execute(select(LEASE).order_by(LEASE.c.made_us, LEASE.c.copy))]

    def wrapped(self, copy: str) -> bytes | None:
        """Return a copy's wrapped key; None where it has none, or no longer."""
        with self._engine.connect() as db:
            found = db.execute(select(LEASE.c.wrapped).where(LEASE.c.copy == copy)).scalar()
        return bytes(found) if found is not None else None

    def rewrap(self, copy: str, old: bytes, new: bytes) -> None:
        """Exchange a copy's wrapped key, unless it ended meanwhile."""
        where = (LEASE.c.copy == copy) & (LEASE.c.wrapped == old)
        with self._engine.begin() as db:
            db.execute(update(LEASE).where(where).values(wrapped=new))

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _values(lease: CopyLease) -> dict[str, object]:
    wanted = lease.wanted
    return {
        "copy": lease.copy,
        "kind": wanted.kind.value,
        "owner": wanted.owner,
        "purpose": wanted.purpose,
        "items": " ".join(wanted.items),
        "recipient": wanted.recipient,
        "made_us": microseconds(lease.made_at),
        "expires_us": microseconds(wanted.expires_at),
        "place": lease.place,
        "state": lease.state.value,
        "rows": lease.rows,
        "size": lease.size,
        "digest": lease.digest,
        "proof": lease.proof.value,
        "ended_us": _us(lease.ended_at),
        "attested_by": lease.attested_by,
    }


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else microseconds(instant)


def _lease(row: Row[Any]) -> CopyLease:
    items = tuple(row.items.split())
    wanted = Wanted(CopyKind(row.kind), row.owner, row.purpose, items, instant_of(row.expires_us), row.recipient)
    return CopyLease(
        row.copy,
        wanted,
        row.place,
        instant_of(row.made_us),
        CopyState(row.state),
        row.rows,
        row.size,
        row.digest,
        Proof(row.proof),
        None if row.ended_us is None else instant_of(row.ended_us),
        row.attested_by,
    )
