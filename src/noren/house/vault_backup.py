"""Backing up the vault, in its own process: sealed rows, and no member key.

Who is erased after a backup was made can not be read in it: her key is with no custodian any more, and no key is in
the backup. The statutory vault comes along; its keys of months are wrapped under a key of the home.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.house.backup_file import Made, Source, make
from noren.house.home import Home
from noren.house.log_backup import staged
from noren.identity.sqlite import SqliteEngine
from noren.identity.tables import VAULT
from noren.kernel.keyring import KeyRing
from noren.revisions.copies import make_copy
from noren.revisions.opening import layout_of

SIDE: Final = "vault"
ROWS: Final = "vault/vault.db"
STATUTORY: Final = "vault/statutory.db"


def back_up(home: Home, folder: Path, copies: Copies, ring: KeyRing, log: Log) -> Made:
    """Write a backup of the vault's rows into a folder.

    Raises:
        HomeProblem: the server or the folder is not there.
    """
    work = home.work("vault")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        _copied(home, work / "vault.db")
        make_copy(home.statutory_db, work / "statutory.db")
        files = [(ROWS, work / "vault.db"), (STATUTORY, work / "statutory.db")]
        files += staged(home, "identity", log, work)
        source = Source(files, {"vault": layout_of(VAULT).revision})
        return make(source, folder, SIDE, copies, ring)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copied(home: Home, rows: Path) -> None:
    """Copy the vault's rows into a file, as they are at one instant."""
    if not home.on_postgresql:
        make_copy(home.vault_db, rows)
        return
    SqliteEngine(rows, VAULT).close()
    from noren.house.server_copies import copy_out  # the driver is in no core install

    copy_out(home, "vault", rows)
