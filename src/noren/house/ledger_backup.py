"""Backing up the ledger side, in the ledger-worker's own process, while tills go on selling.

The lake is laid aside first, then the ledger is copied: a restored lake is never ahead of its ledger, and takes what
is missing from it again. Caches (standings, kept history) and the mark of what private figures cost are left out: the
ones are made anew, the other must never be set back.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from noren.activity.connection import copy_store
from noren.activity.lake import LakeWriter
from noren.activity.store import SqliteLedger
from noren.activity.tables import REVISION
from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.governance.store import Directory
from noren.governance.tables import METADATA
from noren.house.backup_file import Made, Source, make
from noren.house.home import Home
from noren.house.log_backup import staged
from noren.kernel.keyring import KeyRing
from noren.revisions.copies import make_copy
from noren.revisions.opening import layout_of

SIDE: Final = "ledger"
LEDGER: Final = "ledger/ledger.db"
REGISTER: Final = "register/register.db"
LAKE: Final = "ledger/lake"


def back_up(home: Home, folder: Path, lake: LakeWriter, copies: Copies, ring: KeyRing, log: Log) -> Made:
    """Write a backup of ledger, lake, directory, audiences and records of provision into a folder.

    Raises:
        HomeProblem: the server or the folder is not there.
    """
    work = home.work("ledger")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        return make(_gathered(home, work, lake, log), folder, SIDE, copies, ring)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _gathered(home: Home, work: Path, lake: LakeWriter, log: Log) -> Source:
    laid = lake.stage(work / "lake")
    _copied(home, work / "ledger.db", work / "register.db")
    files = [(LEDGER, work / "ledger.db"), (REGISTER, work / "register.db")]
    for name, store in (
        ("ledger/audiences/audiences.db", home.audiences_db),
        ("ledger/provision.db", home.provision_db),
    ):
        copied = work / store.name
        make_copy(store, copied)
        files.append((name, copied))
    files += [(f"{LAKE}/{path.relative_to(work / 'lake')}", path) for path in laid]
    files += staged(home, "ledger", log, work)
    return Source(files, {"ledger": REVISION, "register": layout_of(METADATA).revision})


def _copied(home: Home, ledger: Path, register: Path) -> None:
    """Copy ledger and directory into files, each as it is at one instant."""
    if not home.on_postgresql:
        copy_store(home.ledger_db, ledger)
        make_copy(home.register_db, register)
        return
    SqliteLedger(ledger).close()
    Directory(register).close()
    from noren.house.server_copies import copy_out  # the driver is in no core install

    copy_out(home, "ledger", ledger)
    copy_out(home, "register", register)
