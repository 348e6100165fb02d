"""The member-key store: one random key per member, wrapped under the zone's ``member-wrap`` key.

It is a database of its own, apart from the vault's store so that backups treat it apart: who is
erased here can be opened nowhere again. It is in no long backup.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from sqlalchemy import func, select

from noren.identity.engine import VaultEngine
from noren.identity.errors import KeyMissing
from noren.identity.ports import Stretch
from noren.identity.store import among, put, remove
from noren.identity.tables import MEMBER_KEY
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.marks import version_of
from noren.kernel.sealing import Place, seal, unseal

_VERSION: Final = 1
_PAGE: Final = 10_000


class SqlMemberKeys:
    """`ports.MemberKeys` over one database."""

    def __init__(self, engine: VaultEngine, wrap: KeyRing) -> None:
        self._engine = engine
        self._wrap = wrap

    def fresh(self) -> KeyRing:
        """Return a new member's key, not yet kept."""
        return _ring(secrets.token_bytes(KEY_BYTES))

    def keep(self, keys: Mapping[bytes, KeyRing]) -> None:
        """Keep the keys of new members; durable on return."""
        wrapped = [{"member": row, "wrapped": seal(self._wrap, ring.key(), _place(row))} for row, ring in keys.items()]
        if wrapped:
            with self._engine.writing() as connection:
                put(self._engine, connection, MEMBER_KEY, wrapped)

    def open(self, rows: Iterable[bytes]) -> dict[bytes, KeyRing]:
        """Return the keys of members."""
        wanted = list(rows)
        with self._engine.reading() as connection:
            found = list(among(connection, MEMBER_KEY, MEMBER_KEY.c.member, wanted))
        out = {row.member: _ring(unseal(self._wrap, row.wrapped, _place(row.member))) for row in found}
        if len(out) != len(set(wanted)):
            raise KeyMissing("A member's key is missing: her fields can not be opened. Run noren doctor.")
        return out

    def destroy(self, rows: Sequence[bytes]) -> None:
        """Destroy keys: gone from the store's files on return (PostgreSQL's log of the past keeps them longer)."""
        with self._engine.writing() as connection:
            remove(self._engine, connection, MEMBER_KEY, MEMBER_KEY.c.member, rows)
        self._engine.forget_deleted()

    def names(self) -> Iterator[bytes]:
        """Yield the rows that have a key."""
        after = b""
        while True:
            with self._engine.reading() as connection:
                wanted = select(MEMBER_KEY.c.member).where(MEMBER_KEY.c.member > after)
                page = list(connection.execute(wanted.order_by(MEMBER_KEY.c.member).limit(_PAGE)).scalars())
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1]

    def rewrap(self, after: bytes, limit: int) -> Stretch:
        """Wrap the next keys under the current key."""
        wanted = select(MEMBER_KEY).where(MEMBER_KEY.c.member > after).order_by(MEMBER_KEY.c.member).limit(limit)
        with self._engine.writing() as connection:
            page = list(connection.execute(wanted))
            old = [row for row in page if version_of(row.wrapped) != self._wrap.current]
            fresh = [(row.member, unseal(self._wrap, row.wrapped, _place(row.member))) for row in old]
            sealed = [{"member": row, "wrapped": seal(self._wrap, key, _place(row))} for row, key in fresh]
            put(self._engine, connection, MEMBER_KEY, sealed)
        return Stretch(page[-1].member if len(page) == limit else b"", len(page), len(sealed))

    def count(self) -> int:
        """Return how many keys there are."""
        with self._engine.reading() as connection:
            return connection.execute(select(func.count()).select_from(MEMBER_KEY)).scalar_one()

    def lacking(self, rows: Sequence[bytes]) -> list[bytes]:
        """Return the rows among these that have no key here."""
        with self._engine.reading() as connection:
            here = {row.member for row in among(connection, MEMBER_KEY, MEMBER_KEY.c.member, rows)}
        return [row for row in rows if row not in here]

    def copy_to(self, other: SqlMemberKeys, rows: Sequence[bytes] | None = None) -> int:
        """Copy keys as they are wrapped (those of ``rows``, else all); return how many."""
        if rows is not None:
            other.put_wrapped(self._wrapped(rows))
            return len(rows)
        names, count = self.names(), 0
        while page := list(islice(names, _PAGE)):
            other.put_wrapped(self._wrapped(page))
            count += len(page)
        return count

    def put_wrapped(self, wrapped: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep keys that another custodian wrapped."""
        with self._engine.writing() as connection:
            put(self._engine, connection, MEMBER_KEY, [{"member": row, "wrapped": key} for row, key in wrapped])

    def _wrapped(self, rows: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        with self._engine.reading() as connection:
            return [(row.member, row.wrapped) for row in among(connection, MEMBER_KEY, MEMBER_KEY.c.member, rows)]

    def lay_anew(self) -> None:
        """Forget in which order keys came."""
        self._engine.lay_anew()

    def close(self) -> None:
        """Close; an engine that keeps a log in a file folds it in."""
        self._engine.close()


def _ring(key: bytes) -> KeyRing:
    return KeyRing("member", _VERSION, {_VERSION: key})


def _place(row: bytes) -> Place:
    return Place("member-keys", "member_key", "wrapped", row)
