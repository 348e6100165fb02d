"""The member-key store: one random key per member, wrapped under the zone's ``member-wrap`` key, in a file of its own.

Apart from the vault's store so that backups treat it apart: who is erased here can be opened
nowhere again. The file is in no long backup.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from noren.identity import engine as sqlite
from noren.identity.errors import KeyMissing
from noren.identity.store import among, put
from noren.identity.tables import MEMBER_KEY, MEMBER_KEYS
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.sealing import Place, seal, unseal

_VERSION: Final = 1
_PAGE: Final = 10_000


class SqliteMemberKeys:
    """`ports.MemberKeys` on one SQLite file."""

    def __init__(self, path: Path, wrap: KeyRing) -> None:
        self._engine = sqlite.open_engine(path, MEMBER_KEYS)
        self._wrap = wrap

    def fresh(self) -> KeyRing:
        """Return a new member's key, not yet kept."""
        return _ring(secrets.token_bytes(KEY_BYTES))

    def keep(self, keys: Mapping[bytes, KeyRing]) -> None:
        """Keep the keys of new members; durable on return."""
        wrapped = [{"member": row, "wrapped": seal(self._wrap, ring.key(), _place(row))} for row, ring in keys.items()]
        if wrapped:
            with sqlite.writing(self._engine) as connection:
                put(connection, MEMBER_KEY, wrapped)

    def open(self, rows: Iterable[bytes]) -> dict[bytes, KeyRing]:
        """Return the keys of members."""
        wanted = list(rows)
        with sqlite.reading(self._engine) as connection:
            found = list(among(connection, MEMBER_KEY, MEMBER_KEY.c.member, wanted))
        out = {row.member: _ring(unseal(self._wrap, row.wrapped, _place(row.member))) for row in found}
        if len(out) != len(set(wanted)):
            raise KeyMissing("A member's key is missing: her fields can not be opened. Run noren doctor.")
        return out

    def destroy(self, rows: Sequence[bytes]) -> None:
        """Destroy keys: overwritten in the file and gone from its log on return."""
        with sqlite.writing(self._engine) as connection:
            for start in range(0, len(rows), sqlite.CHUNK):
                chunk = rows[start : start + sqlite.CHUNK]
                connection.execute(delete(MEMBER_KEY).where(MEMBER_KEY.c.member.in_(chunk)))
        sqlite.truncate_log(self._engine)

    def names(self) -> Iterator[bytes]:
        """Yield the rows that have a key."""
        after = b""
        while True:
            with sqlite.reading(self._engine) as connection:
                wanted = select(MEMBER_KEY.c.member).where(MEMBER_KEY.c.member > after)
                page = list(connection.execute(wanted.order_by(MEMBER_KEY.c.member).limit(_PAGE)).scalars())
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1]

    def lay_anew(self) -> None:
        """Forget in which order keys came."""
        sqlite.lay_anew(self._engine)

    def close(self) -> None:
        """Fold the write-ahead log into the file and close."""
        sqlite.close_engine(self._engine)


def _ring(key: bytes) -> KeyRing:
    return KeyRing("member", _VERSION, {_VERSION: key})


def _place(row: bytes) -> Place:
    return Place("member-keys", "member_key", "wrapped", row)
