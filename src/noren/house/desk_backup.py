"""Backing up the desk, in its own process: every store that lies in its folder, and the house's log. No member in it.

Whatever store the desk holds as a file is in it, whoever built it: registers, cases, staff. The census of its copies is
not: what a backup says of copies is of yesterday.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from noren.governance.announced.store import DocumentStore
from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.house.backup_file import Made, Source, make
from noren.house.home import Home
from noren.house.log_backup import staged
from noren.kernel.keyring import KeyRing
from noren.revisions.copies import make_copy

SIDE: Final = "desk"
FOLDER: Final = "governance"


def back_up(home: Home, folder: Path, copies: Copies, ring: KeyRing, log: Log) -> Made:
    """Write a backup of the desk's stores into a folder.

    Raises:
        HomeProblem: the folder is not there.
    """
    work = home.work(SIDE)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        # The log first: a store that is ahead of it loses what it cannot answer for; one behind it would not.
        files = staged(home, "house", log, work)
        for store in stores_of(home):
            make_copy(store, work / store.name)
            files.append((f"{FOLDER}/{store.name}", work / store.name))
        files += _documents(home, work)
        return make(Source(files, {}), folder, SIDE, copies, ring)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _documents(home: Home, work: Path) -> list[tuple[str, Path]]:
    """Copy the register of documents out of its server, where it is on one, as it is at one instant."""
    if not home.on_postgresql:
        return []
    path = work / home.governance_db.name
    DocumentStore(path).close()
    from noren.house.server_copies import copy_out  # the driver is in no core install

    copy_out(home, "governance", path)
    return [(f"{FOLDER}/{path.name}", path)]


def stores_of(home: Home) -> list[Path]:
    """Return the files of the desk's stores, by name."""
    every = sorted(home.copies_db("desk").parent.glob("*.db"))
    return [path for path in every if path != home.copies_db("desk")]
