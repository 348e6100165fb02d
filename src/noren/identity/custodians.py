"""Member keys kept more than once: the store, a second custodian, and hourly snapshots of a day at most.

A new member's key stands with both custodians before her enrolment is acknowledged. A key
that is destroyed is destroyed with both and in every snapshot before the call returns. Where
the store was lost, it is filled again from the second custodian (nothing is missing then), or
from the newest snapshot (members of the last hour are missing, and enrol again).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from noren.identity.member_keys import SqlMemberKeys
from noren.identity.ports import Stretch
from noren.identity.snapshots import Snapshots
from noren.kernel.keyring import KeyRing

_PAGE: Final = 5_000
_STORE: Final = b"1"
_SECOND: Final = b"2"


class KeptKeys:
    """Fills ``ports.MemberKeys`` over the store and those that keep a copy."""

    def __init__(
        self, store: SqlMemberKeys, *, second: SqlMemberKeys | None = None, snapshots: Snapshots | None = None
    ) -> None:
        self._store = store
        self._second = second
        self._snapshots = snapshots
        self._destroyed: list[bytes] | None = None
        self._lock = threading.Lock()

    def fresh(self) -> KeyRing:
        """See ``MemberKeys``."""
        return self._store.fresh()

    def keep(self, keys: Mapping[bytes, KeyRing]) -> None:
        """See ``MemberKeys``. With the second custodian first: a crash between leaves it a key too many."""
        if self._second is not None:
            self._second.keep(keys)
        self._store.keep(keys)

    def open(self, rows: Iterable[bytes]) -> dict[bytes, KeyRing]:
        """See ``MemberKeys``."""
        return self._store.open(rows)

    def destroy(self, rows: Sequence[bytes]) -> None:
        """See ``MemberKeys``: with both custodians and in all snapshots, one that is being taken included."""
        with self._lock:
            if self._destroyed is not None:
                self._destroyed += rows
        self._store.destroy(rows)
        if self._second is not None:
            self._second.destroy(rows)
        if self._snapshots is not None:
            self._snapshots.destroy(rows)

    def names(self) -> Iterator[bytes]:
        """See ``MemberKeys``."""
        return self._store.names()

    def rewrap(self, after: bytes, limit: int) -> Stretch:
        """See ``MemberKeys``: the store, then the second custodian; older snapshots go, since they can not follow."""
        part = after[:1] or _STORE
        keeper = self._store if part == _STORE else self._second
        done = keeper.rewrap(after[1:], limit) if keeper is not None else Stretch(b"", 0, 0)
        if done.after:
            return Stretch(part + done.after, done.seen, done.moved)
        if part == _STORE and self._second is not None:
            return Stretch(_SECOND, done.seen, done.moved)
        return done

    def lay_anew(self) -> None:
        """See ``MemberKeys``."""
        self._store.lay_anew()
        if self._second is not None:
            self._second.lay_anew()

    def close(self) -> None:
        """See ``MemberKeys``."""
        self._store.close()
        if self._second is not None:
            self._second.close()

    def mend(self) -> int:
        """Fill a lost store from a custodian, and each custodian with what the other has; return how many keys came.

        A key that was destroyed with one only (a crash between) comes back so; no living row belongs to it, and
        the sweep that follows destroys it with both.
        """
        if self._second is not None:
            if self._store.count() == self._second.count():
                return 0
            came = _fill(self._store, self._second)
            _fill(self._second, self._store)
            return came
        newest = self._snapshots.newest() if self._snapshots is not None and not self._store.count() else None
        if newest is None:
            return 0
        came = newest.copy_to(self._store)
        newest.close()
        return came

    def snapshot(self, now: datetime, *, anew: bool = False) -> bool:
        """Take the hour's snapshot where there is none yet (``anew``: in any case); forget those of over a day ago.

        Returns:
            Whether one was taken.
        """
        if self._snapshots is None:
            return False
        if not anew and not self._snapshots.due(now):
            return False
        with self._lock:
            self._destroyed = []
        taken = self._snapshots.begin(self._store)
        with self._lock:
            gone, self._destroyed = self._destroyed, None
            if gone:
                taken.destroy(gone)
            taken.close()
            self._snapshots.finish(now, alone=anew)
        return True


def _fill(target: SqlMemberKeys, source: SqlMemberKeys) -> int:
    """Copy the keys that ``target`` lacks; return how many."""
    names, count = source.names(), 0
    while page := list(islice(names, _PAGE)):
        count += source.copy_to(target, target.lacking(page))
    return count
