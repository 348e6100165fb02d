"""Restoring the desk, in a process of its own: what the log knows and the backup does not is not in force again.

The house's log is never set back, so it tells which versions of documents came after the backup. One that was removed
since is removed again. Of one that was changed since, nobody knows the new words: it is ended until somebody announces
it anew, and nothing runs by it meanwhile. So with accounts of staff: who was closed is closed, roles are those that
the log knows, and all that the backup can not answer for ends, before the store is put where a desk opens it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from noren.governance.announced.entries import DOCUMENTS, version_of, versions_in
from noren.governance.announced.store import DocumentStore
from noren.governance.ports import Entry, EntryKind
from noren.governance.register import Document, DocumentKind
from noren.governance.staffing.recalling import Recalled, recall
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import Said
from noren.house.backup_file import open_backup, unpack
from noren.house.desk_backup import FOLDER, SIDE
from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.log_backup import known_until, note_restored, refuse_other_log
from noren.house.log_reading import EntryRow, entries_of_kinds
from noren.house.logs import open_log
from noren.house.restored import Restored, cleared, put_in_place, refuse_over

_REMOVED: Final = EntryKind.DOCUMENT_REMOVED.value
_OF_STAFF: Final = frozenset({EntryKind.STAFF_CHANGED, EntryKind.APPROVAL, EntryKind.APPROVAL_REFUSED})


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
        ended, staff = (_end_what_changed(home, work, now), _recall_staff(home, work, now)) if replay else ([], None)
        if not drill:
            note_restored(home, keys, opened, work, 0)
            _note(home, keys, staff.entries if staff else ())
            _put(home, list(zip(stores, targets, strict=True)))
    finally:
        cleared(work)
    seconds, again = time.monotonic() - begun, list(staff.invite_again if staff else ())
    return Restored(SIDE, opened.head.made_at, seconds, files, 0, 0, drill, ended=ended, invite_again=again)


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


def _recall_staff(home: Home, work: Path, now: datetime) -> Recalled | None:
    """Let the unpacked accounts follow the log; None: the backup is older than accounts."""
    path = work / home.staff_db.relative_to(home.path)
    if not path.exists():
        return None
    rows = entries_of_kinds(home, "house", _OF_STAFF)
    told = [Said(row.place, EntryKind(row.kind), datetime.fromisoformat(row.at), row.body) for row in rows]
    store = StaffStore(path)
    try:
        return recall(store, told, known_until(home, "house", work), now)
    finally:
        store.close()


def _note(home: Home, keys: ZoneKeys, entries: Sequence[Entry]) -> None:
    if entries:
        log = open_log(home, keys)
        try:
            log.append(entries)
        finally:
            log.close()


def _end_what_changed(home: Home, work: Path, now: datetime) -> list[str]:
    """End, in the unpacked register, each document of which the log knows a later version; return their ids."""
    store = DocumentStore(work / home.governance_db.relative_to(home.path))
    try:
        known = versions_in(store.documents())
        log = entries_of_kinds(home, "house", DOCUMENTS)
        lost = [row for row in log if version_of(row.body) not in known]
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
