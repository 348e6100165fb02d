"""What outlives an erasure here: in which runs her rows went, under a tag, until the law lets it go (art. 29, 30).

A tag is made with a key from her handle and the month, and leads to nobody once the handle is gone; the vault keeps
it beside a keyed mark of her member number. A row is sealed under the key of the month in which it ends. When the
month is over its key is destroyed, and then the rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import Connection, Delete, Engine, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as adding

from noren.kernel.keyring import KEY_BYTES, KeyRing, keyed_index
from noren.kernel.sealing import Place, seal, unseal
from noren.provision.tables import BEYOND, MONTH, PROVIDED, PROVISION

MONTHS: Final = 36
"""Three years from the record (Rule 21), to the end of the month."""
_ROW_BYTES: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class Tag:
    """What leads to the runs of somebody erased, of one month: held by the vault."""

    tag: bytes
    month: str


class _Sealed(msgspec.Struct, frozen=True):
    tag: bytes
    run: str


@dataclass(frozen=True, slots=True)
class Beyond:
    """Keeps the runs of who was erased. ``ring``: makes tags, and wraps the keys of months."""

    ring: KeyRing

    def keep(self, db: Connection, handle: bytes, today: date) -> None:
        """Keep, in the caller's transaction, in which runs a member's rows went; again, they stand once."""
        own = select(PROVIDED.c.run).where(PROVIDED.c.handle == handle)
        runs = list(db.execute(select(PROVISION.c.run, PROVISION.c.begun_on).where(PROVISION.c.run.in_(own))))
        for run, begun in runs:
            month = month_after(begun, MONTHS)
            if month >= month_after(today, 0):
                self._put(db, handle, run, month)

    def _put(self, db: Connection, handle: bytes, run: str, month: str) -> None:
        key = self._key(db, month)
        # Under every live version: a backup of before is replayed under another one than her erasure was.
        for tag in self._tags(handle, month):
            row = _row(key, tag, run)
            sealed = seal(key, msgspec.json.encode(_Sealed(tag, run)), _place(BEYOND.name, row))
            values = {"row": row, "month": month, "sealed": sealed}
            db.execute(adding(BEYOND).values(**values).on_conflict_do_nothing())

    def tags_of(self, db: Connection, handle: bytes) -> list[Tag]:
        """Return the tags under which something of hers is kept: for the vault, as often as it asks."""
        found: list[Tag] = []
        for month, key in self._keys(db):
            runs = _runs_ending(db, month)
            mine = self._tags(handle, month)
            found += [Tag(tag, month) for tag in mine if _standing(db, [_row(key, tag, run) for run in runs])]
        return found

    def runs_of(self, db: Connection, tags: Sequence[Tag]) -> list[str]:
        """Return the runs to which tags lead; of a month that is over, and of a tag that is not ours, none."""
        keys, found = dict(self._keys(db)), set[str]()
        for each in tags:
            key = keys.get(each.month)
            rows = [] if key is None else [_row(key, each.tag, run) for run in _runs_ending(db, each.month)]
            for row, sealed in _standing(db, rows):
                assert key is not None, "rows are looked for under a key"
                said = msgspec.json.decode(unseal(key, sealed, _place(BEYOND.name, row)), type=_Sealed)
                assert said.tag == each.tag, "a row is named by its tag"
                found.add(said.run)
        return sorted(found)

    def _tags(self, handle: bytes, month: str) -> list[bytes]:
        return [keyed_index(key, b"provided", month.encode(), handle) for _, key in self.ring.newest_first()]

    def _key(self, db: Connection, month: str) -> KeyRing:
        found = db.execute(select(MONTH.c.wrapped).where(MONTH.c.month == month)).scalar_one_or_none()
        if found is not None:
            return self._open(month, found)
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = seal(self.ring, key, _place(MONTH.name, month.encode()))
        db.execute(insert(MONTH).values(month=month, wrapped=wrapped))
        return KeyRing("month", 1, {1: key})

    def _keys(self, db: Connection) -> Iterator[tuple[str, KeyRing]]:
        for month, wrapped in list(db.execute(select(MONTH.c.month, MONTH.c.wrapped).order_by(MONTH.c.month))):
            yield month, self._open(month, wrapped)

    def _open(self, month: str, wrapped: bytes) -> KeyRing:
        return KeyRing("month", 1, {1: unseal(self.ring, wrapped, _place(MONTH.name, month.encode()))})


def end_months(engine: Engine, today: date) -> int:
    """Destroy the keys of months that are over, then their rows; return how many keys went.

    After a crash in between rows lie there that nobody opens: they go the next time.
    """
    this = month_after(today, 0)
    keys = _removed(engine, delete(MONTH).where(MONTH.c.month < this))
    _removed(engine, delete(BEYOND).where(BEYOND.c.month < this))
    return keys


def month_after(day: date, months: int) -> str:
    """Return the month, ``YYYY-MM``, that is so many months after a day's."""
    number = day.year * 12 + day.month - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _removed(engine: Engine, statement: Delete) -> int:
    with engine.begin() as db:
        gone = db.execute(statement).rowcount
    if gone:
        with engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone


def _runs_ending(db: Connection, month: str) -> list[str]:
    every = db.execute(select(PROVISION.c.run, PROVISION.c.begun_on))
    return [run for run, begun in every if month_after(begun, MONTHS) == month]


def _standing(db: Connection, rows: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for start in range(0, len(rows), _CHUNK):
        some = select(BEYOND.c.row, BEYOND.c.sealed).where(BEYOND.c.row.in_(rows[start : start + _CHUNK]))
        found += [(row, sealed) for row, sealed in db.execute(some)]
    return found


def _row(key: KeyRing, tag: bytes, run: str) -> bytes:
    return keyed_index(key.key(), tag, run.encode())[:_ROW_BYTES]


def _place(table: str, row: bytes) -> Place:
    return Place("provision", table, "sealed", row)


_CHUNK: Final = 500
