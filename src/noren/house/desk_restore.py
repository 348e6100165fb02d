"""Restoring the desk, in a process of its own: what the log knows and the backup does not is not in force again.

The house's log is never set back, so it tells which versions of documents came after the backup. One that was removed
since is removed again. Of one that was changed since, nobody knows the new words: it is ended until somebody announces
it anew, and nothing runs by it meanwhile.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from noren.governance.announced.entries import DOCUMENTS, version_of, versions_in
from noren.governance.announced.store import DocumentStore
from noren.governance.ports import EntryKind
from noren.governance.register import Document, DocumentKind
from noren.house.backup_file import open_backup, unpack
from noren.house.desk_backup import FOLDER, SIDE
from noren.house.home import Home
from noren.house.keys import open_keys
from noren.house.log_backup import note_restored, refuse_other_log
from noren.house.log_reading import MAX_SHOWN, EntryRow, shown
from noren.house.restored import Restored, cleared, put_in_place, refuse_over

_REMOVED: Final = EntryKind.DOCUMENT_REMOVED.value
_KINDS: Final = frozenset(kind.value for kind in DOCUMENTS)


def restore(home: Home, file: Path, now: datetime, *, drill: bool, replay: bool = True) -> Restored:
    """Restore the desk, or (``drill``) do all of it but the last step. ``replay`` False: for a control alone.

    Raises:
        HomeProblem: the backup, the log or the home does not allow it; nothing was changed.
    """
    begun, keys = time.monotonic(), open_keys(home, "desk")
    opened = open_backup(file, SIDE, keys.ring("desk-backup"), now)
    work = cleared(home.work(SIDE))
    try:
        files = unpack(opened, work)
        refuse_other_log(home, "house", work)
        stores = sorted((work / FOLDER).glob("*.db"))
        targets = [home.copies_db("desk").with_name(store.name) for store in stores]
        if not drill:
            _refuse(home, targets)
        ended = _end_what_changed(home, work, now) if replay else []
        if not drill:
            note_restored(home, keys, opened, work, 0)
            _put(home, list(zip(stores, targets, strict=True)))
    finally:
        cleared(work)
    seconds = time.monotonic() - begun
    return Restored(SIDE, opened.head.made_at, seconds, files, 0, 0, drill, ended=ended)


def _refuse(home: Home, targets: list[Path]) -> None:
    refuse_over(targets)
    if home.on_postgresql:
        from noren.house.server_copies import refuse_rows  # the driver is in no core install

        refuse_rows(home, "governance")


def _put(home: Home, stores: list[tuple[Path, Path]]) -> None:
    """Put stores (from, to) where they belong: on a server the register of documents is a database."""
    for source, target in stores:
        if home.on_postgresql and target == home.governance_db:
            from noren.house.server_copies import copy_in

            copy_in(home, "governance", source)
        else:
            put_in_place([(source, target)])


def _end_what_changed(home: Home, work: Path, now: datetime) -> list[str]:
    """End, in the unpacked register, each document of which the log knows a later version; return their ids."""
    log = shown(home, "house", MAX_SHOWN, "")
    store = DocumentStore(work / home.governance_db.relative_to(home.path))
    try:
        known = versions_in(store.documents())
        lost = [row for row in log if row.kind in _KINDS and version_of(row.body) not in known]
        last = {(row.body["kind"], row.body["id"]): row for row in lost}
        ends = [_end(row, now) for row in last.values()]
        if ends:
            store.add(ends)
        return sorted(each.id for each in ends)
    finally:
        store.close()


def _end(row: EntryRow, now: datetime) -> Document:
    kind, name, version, _ = version_of(row.body)
    at = min(datetime.fromisoformat(row.at), now)
    effective = datetime.fromisoformat(str(row.body["effective"]))
    ended = Document(DocumentKind(kind), name, version, at, max(at, effective), None)
    return ended if row.kind == _REMOVED else replace(ended, version=version + 1, announced_at=now, effective_at=now)
