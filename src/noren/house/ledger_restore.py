"""Restoring the ledger side, in a process of its own: unpacked, erasures replayed, and only then put in its place.

Whoever was erased since the backup was made is erased from what was unpacked, lake included, before any zone could
open it. The member keys and the vault are nothing that this process could reach.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import Final

from noren.activity import erasing
from noren.activity.feed import SqliteFeed
from noren.activity.lake import LakeWriter
from noren.activity.store import SqliteLedger
from noren.governance.erasure_list import ErasureList
from noren.house.backup_file import open_backup, unpack
from noren.house.home import Home
from noren.house.keys import open_keys
from noren.house.ledger_backup import SIDE
from noren.house.log_backup import note_restored, refuse_other_log
from noren.house.restored import Restored, cleared, put_in_place, refuse_over, refuse_without_list
from noren.kernel.clock import local_date, microseconds
from noren.kernel.keyring import KeyRing
from noren.provision.store import ProvisionStore

HANDLE: Final = b"handle"
_PAGE: Final = 1_000


def restore(home: Home, file: Path, now: datetime, *, drill: bool, replay: bool = True) -> Restored:
    """Restore the ledger side, or (``drill``) do all of it but the last step. ``replay`` False: for a control alone.

    Raises:
        HomeProblem: the backup, the list or the home does not allow it; nothing was changed.
    """
    begun, keys = time.monotonic(), open_keys(home, "ledger-worker")
    path, second = home.erasures("ledger")
    erasures = ErasureList(path, keys.ring("ledger-erasures"), second)
    if not erasures.exists:
        raise refuse_without_list(path)
    opened = open_backup(file, SIDE, keys.ring("ledger-backup"), now)
    targets = home.ledger_db, home.register_db, home.lake, home.audiences_db, home.provision_db
    if not drill:
        refuse_over(targets)
        _refuse_rows(home)
    work = cleared(home.work("ledger"))
    try:
        files = unpack(opened, work)
        refuse_other_log(home, "ledger", work)
        erased, members = _replayed(home, work, erasures, keys.ring("ledger-statutory"), now) if replay else (0, 0)
        if not drill:
            note_restored(home, keys, opened, work, erased)
            inside = [work / target.relative_to(home.path) for target in targets]
            into = _into_server(home, inside[0], inside[1])
            put_in_place(list(zip(inside, targets, strict=True))[into:])
    finally:
        cleared(work)
    return Restored(SIDE, opened.head.made_at, time.monotonic() - begun, files, members, erased, drill)


def _refuse_rows(home: Home) -> None:
    if home.on_postgresql:
        from noren.house.server_copies import refuse_rows  # the driver is in no core install

        refuse_rows(home, "ledger", "register")


def _into_server(home: Home, ledger: Path, register: Path) -> int:
    """Lay ledger and directory, erased from already, into their databases; return how many stores went there."""
    if not home.on_postgresql:
        return 0
    from noren.house.server_copies import copy_in

    copy_in(home, "register", register)
    copy_in(home, "ledger", ledger)
    return 2


def _forget_provisions(path: Path, ring: KeyRing, handles: list[bytes], today: date) -> None:
    """Take whoever was erased out of the records of whose rows were provided, but for what the law keeps.

    A month that has ended since the backup ends here too.
    """
    if path.exists():
        provisions = ProvisionStore(path, ring)
        provisions.forget(handles, today)
        provisions.end_months(today)
        provisions.close()


def _replayed(home: Home, work: Path, erasures: ErasureList, ring: KeyRing, now: datetime) -> tuple[int, int]:
    """Erase from unpacked stores whoever the list names; return how many were there, and how many members stay."""
    path, known = work / home.ledger_db.relative_to(home.path), erasures.all()
    store, feed = SqliteLedger(path), SqliteFeed(path)
    today = local_date(now, home.zone)
    day = today.toordinal()
    try:
        listed = [handle for handle in feed.every_handle() if erasures.any_of(known, HANDLE, handle)]
        for handle in listed:
            erasing.erase(store, handle=handle, day=day, now_us=microseconds(now))
        waiting = [each.handle for each in feed.erasing()]
        entries, codes = feed.left_behind()
        with LakeWriter(work / home.lake.relative_to(home.path)) as lake:
            lake.rewrite_without(frozenset(waiting))
            lake.vacuum(0)
        with store.batch() as batch:
            batch.drop_left(entries, codes)
            batch.end_erasing(waiting)
        store.forget_deleted()
        provided = work / home.provision_db.relative_to(home.path)
        _forget_provisions(provided, ring, [*listed, *waiting], today)
        return len(listed), feed.counts()[0]
    finally:
        feed.close()
        store.close()
