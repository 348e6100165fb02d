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
from noren.activity.tables import REVISION
from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.house.backup_file import Made, Source, make
from noren.house.home import Home, HomeProblem
from noren.house.log_backup import staged
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say
from noren.revisions.copies import make_copy

SIDE: Final = "ledger"
LEDGER: Final = "ledger/ledger.db"
LAKE: Final = "ledger/lake"


def back_up(home: Home, folder: Path, lake: LakeWriter, copies: Copies, ring: KeyRing, log: Log) -> Made:
    """Write a backup of ledger, lake, directory, audiences and records of provision into a folder.

    Raises:
        HomeProblem: the home is on PostgreSQL, or the folder is not there.
    """
    refuse_on_server(home)
    work = home.work("ledger")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        return make(_gathered(home, work, lake, log), folder, SIDE, copies, ring)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _gathered(home: Home, work: Path, lake: LakeWriter, log: Log) -> Source:
    laid = lake.stage(work / "lake")
    copy_store(home.ledger_db, work / "ledger.db")
    files = [(LEDGER, work / "ledger.db")]
    for name, store in (
        ("register/register.db", home.register_db),
        ("ledger/audiences/audiences.db", home.audiences_db),
        ("ledger/provision.db", home.provision_db),
    ):
        copied = work / store.name
        make_copy(store, copied)
        files.append((name, copied))
    files += [(f"{LAKE}/{path.relative_to(work / 'lake')}", path) for path in laid]
    files += staged(home, "ledger", log, work)
    return Source(files, {"ledger": REVISION})


def refuse_on_server(home: Home) -> None:
    """Refuse where the server's own tools back up. Raises HomeProblem."""
    if home.on_postgresql:
        raise HomeProblem(
            Say(
                "このホームは PostgreSQL の上にあります。バックアップはサーバーの道具で取ってください"
                "（docs/how-to/backup.ja.md）。",
                "This home is on PostgreSQL: back it up with the server's own tools (docs/how-to/backup.md).",
            )
        )
