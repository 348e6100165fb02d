"""Records of provision on a SQLite file of the ledger side, in homes of either engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, RowMapping, create_engine, delete, insert, select, update

from noren.kernel.clock import instant_of, microseconds
from noren.kernel.keyring import KeyRing
from noren.provision.beyond import Beyond, Tag, end_months
from noren.provision.model import ProvisionRecord, Window
from noren.provision.tables import METADATA, PROVIDED, PROVISION
from noren.revisions.file_store import open_file


class ProvisionReader:
    """Reads a member's records, where the file is there: for the member's own ledger door, which writes nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", connect_args={"timeout": 20})

    def records_of(self, handle: bytes) -> Sequence[ProvisionRecord]:
        """Return the records of provisions in which a member's rows went, completed ones, the newest first."""
        if not self._path.exists():
            return ()
        return [each for each in _records_of(self._engine, handle) if each.completed_on is not None]


class ProvisionStore:
    """Writes and reads records. ``ring``: the key that keeps what outlives an erasure; without it nothing does."""

    def __init__(self, path: Path, ring: KeyRing | None = None) -> None:
        """Open the store, and make it where it is missing.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        self._engine = open_file(path, METADATA)
        self._beyond = None if ring is None else Beyond(ring)

    def begin(self, record: ProvisionRecord, handles: Iterable[bytes]) -> None:
        """Write a record and whose rows are about to go, before the first of them moves."""
        whose = [{"handle": handle, "run": record.run} for handle in handles]
        with self._engine.begin() as db:
            db.execute(insert(PROVISION).values(**_values(record)))
            if whose:
                db.execute(insert(PROVIDED), whose)

    def complete(self, run: str, *, on: date, rows: int, members: int, copy: str) -> None:
        """Write what went, and under which lease."""
        done = {"completed_on": on, "rows": rows, "members": members, "copy": copy}
        with self._engine.begin() as db:
            db.execute(update(PROVISION).where(PROVISION.c.run == run).values(**done))

    def records(self) -> Sequence[ProvisionRecord]:
        """Return all records, the newest first."""
        with self._engine.connect() as db:
            query = select(PROVISION).order_by(PROVISION.c.begun_on.desc(), PROVISION.c.run)
            return [_record(row) for row in db.execute(query).mappings()]

    def records_of(self, handle: bytes) -> Sequence[ProvisionRecord]:
        """Return the records of provisions in which a member's rows went (art. 33(5)), the newest first."""
        return _records_of(self._engine, handle)

    def forget(self, handles: Iterable[bytes], today: date) -> int:
        """Forget that these members' rows went; return how many marks went.

        In the same transaction what the law keeps of it is sealed under a tag. The records themselves stay.
        """
        gone = 0
        with self._engine.begin() as db:
            for handle in handles:
                if self._beyond is not None:
                    self._beyond.keep(db, handle, today)
                gone += db.execute(delete(PROVIDED).where(PROVIDED.c.handle == handle)).rowcount
        if gone:
            with self._engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def tags_of(self, handle: bytes) -> Sequence[Tag]:
        """Return the tags under which the law keeps something of a member who was erased; again, the same."""
        if self._beyond is None:
            return ()
        with self._engine.connect() as db:
            return self._beyond.tags_of(db, handle)

    def records_under(self, tags: Sequence[Tag]) -> Sequence[ProvisionRecord]:
        """Return the completed records to which tags lead, the newest first."""
        if self._beyond is None:
            return ()
        with self._engine.connect() as db:
            runs = self._beyond.runs_of(db, tags)
            query = select(PROVISION).where(PROVISION.c.run.in_(runs), PROVISION.c.completed_on.is_not(None))
            found = db.execute(query.order_by(PROVISION.c.begun_on.desc(), PROVISION.c.run))
            return [_record(row) for row in found.mappings()]

    def end_months(self, today: date) -> int:
        """Destroy the keys of months that are over, then what they sealed; return how many keys went."""
        return end_months(self._engine, today)

    def move(self, source: bytes, target: bytes) -> None:
        """Let a merged member's records be those of whom she became."""
        with self._engine.begin() as db:
            runs = set(db.execute(select(PROVIDED.c.run).where(PROVIDED.c.handle == source)).scalars())
            known = set(db.execute(select(PROVIDED.c.run).where(PROVIDED.c.handle == target)).scalars())
            db.execute(delete(PROVIDED).where(PROVIDED.c.handle == source))
            if runs - known:
                db.execute(insert(PROVIDED), [{"handle": target, "run": run} for run in runs - known])

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _records_of(engine: Engine, handle: bytes) -> list[ProvisionRecord]:
    runs = select(PROVIDED.c.run).where(PROVIDED.c.handle == handle)
    query = select(PROVISION).where(PROVISION.c.run.in_(runs))
    with engine.connect() as db:
        found = db.execute(query.order_by(PROVISION.c.begun_on.desc(), PROVISION.c.run))
        return [_record(row) for row in found.mappings()]


def _values(record: ProvisionRecord) -> dict[str, object]:
    values: dict[str, object] = asdict(record)
    del values["window"], values["expires_at"]
    values["items"] = " ".join(record.items)
    values |= {"first_day": record.window.first, "last_day": record.window.last}
    return values | {"expires_us": microseconds(record.expires_at)}


def _record(row: RowMapping) -> ProvisionRecord:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    window = Window(values.pop("first_day"), values.pop("last_day"))
    expires = instant_of(values.pop("expires_us"))
    items = tuple(str(values.pop("items")).split())
    return ProvisionRecord(**values, items=items, window=window, expires_at=expires)
