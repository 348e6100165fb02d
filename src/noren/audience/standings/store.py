"""Standings in a file of their own, beside the ledger: SQLite by apsw, one writer (the ledger-worker), tills that read.

A home on PostgreSQL has the same file on each machine that runs the ledger side. Whatever is wrong with the file
is as if nothing stood in it: the writer throws it away and makes it again, a reader goes on without.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import apsw

from noren.activity.connection import Database
from noren.audience.standings import tables
from noren.audience.standings.model import KeptPlan, Progress, Row

BUSY_MS: Final = 5_000
"""How long the writer waits for a reader that recovers the log."""

READ_BUSY_MS: Final = 5
"""How long a till waits: it can fold her by itself."""

_DAMAGED: Final = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError)
"""What says that the file is damaged. SQLError: its schema is another than the one that was made."""

_LOOK_AGAIN: Final = 100
"""Loads without a file before a reader looks whether there is one now."""


class _Read(ABC):
    """What reader and writer read alike."""

    @abstractmethod
    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]: ...

    def load(self, handle: bytes, day: int, plan: bytes) -> Row | None:
        """See ``StandingStore``."""
        found = self._all(tables.GET_STANDING, handle, plan, day)
        return Row(*found[0]) if found else None

    def progress(self) -> Progress:
        """See ``StandingStore``."""
        found = self._all(tables.GET_PROGRESS)
        return Progress(*found[0]) if found else Progress()

    def plans(self) -> Sequence[KeptPlan]:
        """See ``StandingStore``."""
        return [KeptPlan(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) for row in self._all(tables.GET_PLANS)]

    def told(self, serial: int) -> bytes:
        """See ``StandingStore``."""
        found = self._all(tables.GET_TOLD, serial)
        return found[0][0] if found else b""

    def cuts(self, plan: bytes, day: int) -> Mapping[int, int | None] | None:
        """See ``StandingStore``."""
        return dict(self._all(tables.GET_CUTS, plan, day)) or None


class StandingReader(_Read):
    """Fills ``StandingStore`` for a till: what can not be read is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: Database | None = None
        self._file: tuple[int, int] | None = None
        self._without = _LOOK_AGAIN
        self.troubles = 0

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        db = self._open()
        if db is None:
            return []
        try:
            return db.execute(sql, parameters).fetchall()
        except apsw.Error:
            self.troubles += 1
            self.close()
            return []

    def _open(self) -> Database | None:
        """Return a connection to the file that is there now: the writer may have made it again."""
        self._without += 1
        if self._without < _LOOK_AGAIN:
            return self._db
        self._without = 0
        there = _identity(self._path)
        if self._db is not None and there == self._file:
            return self._db
        self.close()
        if there is not None:
            self._db, self._file = self._connect(), there
        return self._db

    def _connect(self) -> Database | None:
        try:
            db = _connected(self._path, READ_BUSY_MS, reading=True)
            return db if _layout(db) == tables.LAYOUT else None
        except apsw.Error:
            self.troubles += 1
            return None


class StandingFile(_Read):
    """Fills ``KeptStandings``: the one writer. ``made_again``: how often the file had to be thrown away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self.made_again = 0
        self._db = self._opened()

    def keep(
        self, rows: Iterable[Row], gone: Iterable[bytes], progress: Progress, swept: KeptPlan | None = None
    ) -> None:
        """See ``KeptStandings``."""
        kept = [_columns(each) for each in rows]
        dropped = [(handle,) for handle in gone]

        def write(db: Database) -> None:
            db.executemany(tables.DROP_STANDING, dropped)
            db.executemany(tables.DROP_STANDING_OF, [(row[0], row[2]) for row in kept])
            if swept is None:
                db.executemany(tables.DROP_ACCEPTED_OF, [(row[0],) for row in kept])
            else:
                db.execute(tables.SET_SWEPT, (swept.swept, swept.serial))
            db.executemany(tables.PUT_STANDING, kept)
            _note(db, progress)

        self._write(write)

    def lay_beside(self, rows: Iterable[Row]) -> None:
        """See ``KeptStandings``."""
        kept = [_columns(each) for each in rows]
        self._write(lambda db: db.executemany(tables.PUT_STANDING, kept))

    def stale(self, plan: bytes, day: int, limit: int) -> Sequence[bytes]:
        """See ``KeptStandings``."""
        return [row[0] for row in self._all(tables.GET_STALE, plan, day, limit)]

    def drop_past(self, day: int, limit: int) -> None:
        """See ``KeptStandings``."""
        self._write(lambda db: db.execute(tables.DROP_PAST, (day, limit)))

    def begin(self, plan: KeptPlan, told: bytes, accepts: Sequence[bytes], unfit: Iterable[bytes]) -> None:
        """See ``KeptStandings``."""
        marks = [_columns(Row(handle, 0, plan.digest, 0, 0, 0, b"")) for handle in unfit]
        accepted = [(plan.digest, other, rank) for rank, other in enumerate((plan.digest, *accepts))]

        def write(db: Database) -> None:
            serial = plan.serial or db.execute(tables.NEXT_SERIAL).fetchall()[0][0]
            db.execute(tables.PUT_PLAN, (serial, plan.digest, plan.first_day, plan.taken, plan.swept, plan.mark))
            db.execute(tables.PUT_TOLD, (serial, told))
            db.executemany(tables.PUT_ACCEPTED, accepted)
            db.executemany(tables.PUT_STANDING, marks)

        self._write(write)

    def accepted(self, plan: bytes) -> Sequence[bytes]:
        """See ``KeptStandings``."""
        return [row[0] for row in self._all(tables.GET_ACCEPTED, plan)]

    def tell(self, plan: KeptPlan, told: bytes) -> None:
        """See ``KeptStandings``."""

        def write(db: Database) -> None:
            db.execute(tables.MARK_PLAN, (plan.mark, plan.serial))
            db.execute(tables.PUT_TOLD, (plan.serial, told))

        self._write(write)

    def take(self, serial: int) -> None:
        """See ``KeptStandings``."""
        self._write(lambda db: db.execute(tables.TAKE_PLAN, (serial,)))

    def drop(self, serial: int) -> None:
        """See ``KeptStandings``."""
        progress = replace(self.progress(), cleaned=b"")

        def write(db: Database) -> None:
            db.execute(tables.DROP_PLAN, (serial,))
            db.execute(tables.DROP_TOLD, (serial,))
            db.execute(tables.DROP_ACCEPTED)
            _note(db, progress)

        self._write(write)

    def clean(self, progress: Progress, day: int, limit: int) -> Progress:
        """See ``KeptStandings``."""
        after = progress.cleaned
        if after is None:
            return progress
        last, count = self._all(tables.NEXT_HANDLES, after, limit)[0]
        reached = replace(progress, cleaned=last if count == limit else None)

        def write(db: Database) -> None:
            if last is not None:
                db.execute(tables.CLEAN, (after, last, day))
            _note(db, reached)

        self._write(write)
        return reached

    def every(self, plan: bytes) -> Iterator[tuple[bytes, bytes]]:
        """See ``KeptStandings``. Read by a connection of its own, so that nobody waits for the end."""
        db = _connected(self._path, BUSY_MS, reading=True)
        try:
            for row in db.execute(tables.GET_EVERY, (plan,)):
                yield row[0], row[1]
        finally:
            db.close()

    def put_cuts(self, plan: bytes, day: int, cuts: Mapping[int, int | None]) -> None:
        """See ``KeptStandings``."""
        rows = [(plan, day, number, least) for number, least in cuts.items()]

        def write(db: Database) -> None:
            db.execute(tables.DROP_CUTS, (plan, day))
            db.executemany(tables.PUT_CUT, rows)

        self._write(write)

    def forget(self, handle: bytes) -> None:
        """See ``KeptStandings``. The log is carried over and cut, so that no older page keeps her."""
        with self._lock:
            self._write(lambda db: db.execute(tables.DROP_STANDING, (handle,)))
            self._db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def clear(self) -> None:
        """See ``KeptStandings``."""
        if self.count() or self.progress().cleaned is not None:
            self._write(lambda db: (db.execute(tables.CLEAR), db.execute(tables.CLEANED)))

    def count(self) -> int:
        """See ``KeptStandings``."""
        return int(self._all(tables.COUNT)[0][0])

    def start_again(self) -> None:
        """Throw the file away and make a new one: whatever it held comes from the ledger again."""
        with self._lock:
            self._db.close()
            self.made_again += 1
            _remove(self._path)
            self._db = self._opened()

    def close(self) -> None:
        """See ``KeptStandings``."""
        self._db.close()

    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(sql, parameters).fetchall()
            except _DAMAGED:
                self.start_again()
                return self._db.execute(sql, parameters).fetchall()

    def _write(self, do: Callable[[Database], object]) -> None:
        """Write in one transaction. In a file that is found damaged nothing is written: it is made again, empty."""
        with self._lock:
            try:
                _in_transaction(self._db, do)
            except _DAMAGED:
                self.start_again()

    def _opened(self) -> Database:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            db = _made(self._path)
            if _layout(db) == tables.LAYOUT:
                return db
        except apsw.Error:
            db = None
        if db is not None:
            db.close()
        self.made_again += 1
        _remove(self._path)
        return _made(self._path)


def _made(path: Path) -> Database:
    db = _connected(path, BUSY_MS, reading=False)
    path.chmod(0o600)
    for pragma in tables.PRAGMAS:
        db.execute(pragma)
    if _layout(db) == 0 and not db.execute("SELECT 1 FROM sqlite_schema").fetchall():
        _in_transaction(db, lambda one: one.execute(tables.SCHEMA))
    return db


def _connected(path: Path, busy_ms: int, *, reading: bool) -> Database:
    flags = apsw.SQLITE_OPEN_READONLY if reading else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(busy_ms)
    return cast("Database", connection)


def _in_transaction(db: Database, do: Callable[[Database], object]) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        do(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _layout(db: Database) -> int:
    return int(db.execute(tables.GET_LAYOUT).fetchall()[0][0])


def _columns(row: Row) -> tuple[object, ...]:
    return row.handle, row.day, row.plan, row.head, row.seen, row.since, row.facts


def _note(db: Database, progress: Progress) -> None:
    row = (progress.returns, progress.bought, progress.merged, progress.cleaned)
    db.execute(tables.SET_PROGRESS, row)


def _remove(path: Path) -> None:
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
