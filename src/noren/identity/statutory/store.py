"""The statutory vault's store: a file of its own on the identity side, opened by the vault alone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, select

from noren.identity.engine import VaultEngine
from noren.identity.ports import Provided
from noren.identity.statutory.model import PROVIDED, Kept, Record, kept, month_after
from noren.identity.statutory.tables import MONTH_KEY, RECORD
from noren.kernel.keyring import KEY_BYTES, KeyRing, keyed_index
from noren.kernel.marks import mark, marks
from noren.kernel.sealing import Place, seal, unseal

_ROW_BYTES: Final = 16
_NUMBER_BYTES: Final = 2
_NUMBER: Final = b"member-number"


class StatutoryVault:
    """Keeps records until the end of their month, then destroys the month's key and the records."""

    def __init__(self, engine: VaultEngine, ring: KeyRing) -> None:
        self._engine = engine
        self._ring = ring

    def address(self, email: str) -> str:
        """Return the mark of an e-mail address, the same for all its spellings in case; empty for none."""
        return mark(self._ring, b"address", email.strip().lower().encode()).hex() if email else ""

    def keep(self, member: bytes, records: Sequence[Record], day: date) -> list[Kept]:
        """Keep the records of a member who is being erased on a day; again, they stand once. Durable on return."""
        with self._engine.writing() as connection:
            for number, record in enumerate(records):
                month = month_after(day, record.kind.months)
                key = self._key(connection, month)
                row = keyed_index(self._ring.key(), member, number.to_bytes(_NUMBER_BYTES, "big"))[:_ROW_BYTES]
                said = msgspec.json.encode({"record": record.kind.name, **record.fields})
                sealed = seal(key, said, Place("statutory", RECORD.name, month, row))
                connection.execute(delete(RECORD).where(RECORD.c.row == row))
                connection.execute(RECORD.insert().values(row=row, month=month, sealed=sealed))
        return kept(records, day)

    def number(self, number: str) -> bytes:
        """Return the mark of a member number; empty for none."""
        return mark(self._ring, _NUMBER, number.encode()) if number else b""

    def keep_provided(self, number: bytes, provided: Sequence[Provided]) -> None:
        """Keep the ledger side's tags beside the mark of a member number; again, they stand once. Durable on return."""
        with self._engine.writing() as connection:
            for each in provided:
                key = self._key(connection, each.month)
                row = _provided_row(key, number)
                tags = sorted({*self._tags(connection, key, each.month, row), each.tag.hex()})
                fields = {"record": PROVIDED.name, "number": number.hex(), "tag": " ".join(tags)}
                place = Place("statutory", RECORD.name, each.month, row)
                connection.execute(delete(RECORD).where(RECORD.c.row == row))
                values = {"row": row, "month": each.month, "sealed": seal(key, msgspec.json.encode(fields), place)}
                connection.execute(RECORD.insert().values(**values))

    def provided(self, number: str, today: date) -> list[Provided]:
        """Return what is kept for a member number, of months that are not over."""
        sought, this = marks(self._ring, _NUMBER, number.encode()), month_after(today, 0)
        with self._engine.reading() as connection:
            rows = list(connection.execute(select(MONTH_KEY).where(MONTH_KEY.c.month >= this)))
            keys = [(each.month, self._open(each.month, each.wrapped)) for each in rows]
            return [
                Provided(bytes.fromhex(tag), month)
                for month, key in sorted(keys, key=lambda each: each[0])
                for mine in sought
                for tag in self._tags(connection, key, month, _provided_row(key, mine))
            ]

    def _tags(self, connection: Connection, key: KeyRing, month: str, row: bytes) -> list[str]:
        sealed = connection.execute(select(RECORD.c.sealed).where(RECORD.c.row == row)).scalar_one_or_none()
        if sealed is None:
            return []
        said = unseal(key, sealed, Place("statutory", RECORD.name, month, row))
        return msgspec.json.decode(said, type=dict[str, str])["tag"].split()

    def end_months(self, today: date) -> int:
        """Destroy the keys of months that are over, and the records; return how many months ended."""
        this = month_after(today, 0)
        with self._engine.writing() as connection:
            gone = list(connection.execute(select(MONTH_KEY.c.month).where(MONTH_KEY.c.month < this)).scalars())
            if gone:
                self._engine.note_deleting(connection)
                connection.execute(delete(MONTH_KEY).where(MONTH_KEY.c.month < this))
                connection.execute(delete(RECORD).where(RECORD.c.month < this))
        if gone:
            self._engine.forget_deleted()
        return len(gone)

    def read(self) -> list[dict[str, str]]:
        """Return all records opened: for the one role that may answer a supervisor."""
        with self._engine.reading() as connection:
            keys = {row.month: self._open(row.month, row.wrapped) for row in connection.execute(select(MONTH_KEY))}
            rows = list(connection.execute(select(RECORD).order_by(RECORD.c.row)))
        return [
            msgspec.json.decode(
                unseal(keys[row.month], row.sealed, Place("statutory", RECORD.name, row.month, row.row)),
                type=dict[str, str],
            )
            for row in rows
        ]

    def count(self) -> int:
        """Return how many records there are."""
        with self._engine.reading() as connection:
            return connection.execute(select(func.count()).select_from(RECORD)).scalar_one()

    def _key(self, connection: Connection, month: str) -> KeyRing:
        found = connection.execute(select(MONTH_KEY.c.wrapped).where(MONTH_KEY.c.month == month)).scalar_one_or_none()
        if found is not None:
            return self._open(month, found)
        key = secrets.token_bytes(KEY_BYTES)
        connection.execute(MONTH_KEY.insert().values(month=month, wrapped=seal(self._ring, key, _place(month))))
        return KeyRing("month", 1, {1: key})

    def _open(self, month: str, wrapped: bytes) -> KeyRing:
        return KeyRing("month", 1, {1: unseal(self._ring, wrapped, _place(month))})

    def close(self) -> None:
        """Close; an engine that keeps a log in a file folds it in."""
        self._engine.close()


def _provided_row(key: KeyRing, number: bytes) -> bytes:
    return keyed_index(key.key(), _NUMBER, number)[:_ROW_BYTES]


def _place(month: str) -> Place:
    return Place("statutory", MONTH_KEY.name, "wrapped", month.encode())
