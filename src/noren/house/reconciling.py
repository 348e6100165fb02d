"""A restored vault stays shut until it has read back what was chosen since its backup: the mark, and the reading.

The mark is there before the rows are. A vault that starts and finds it opens no door and tells the ledger side nothing
until the ledger side has answered for every member.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from noren.governance.log import Log
from noren.governance.log.disk import PRIVATE, exchange
from noren.house.home import Home
from noren.house.vault import VaultRoom
from noren.identity.dormancy import begin_anew
from noren.identity.recalling import Recollection, Said, recall_all


class Reconciling(msgspec.Struct, frozen=True):
    """Of which backup: from when, how many entries of the log of now it knows, whether the log of then is lost."""

    point: datetime
    log_size: int
    log_lost: bool


def shut(home: Home, mark: Reconciling) -> None:
    """Set the mark, durably."""
    home.reconciling.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    exchange(home.reconciling, msgspec.json.encode(mark), PRIVATE)


def reconcile(room: VaultRoom) -> Recollection | None:
    """Read back what was chosen since, then take the mark away; None: there is no mark.

    Raises:
        LedgerAway: the ledger side does not answer yet.
    """
    path = room.home.reconciling
    if not path.exists():
        return None
    mark = msgspec.json.decode(path.read_bytes(), type=Reconciling)
    keep_days = room.home.settings.erasure.keep_withdrawn_days
    done = recall_all(
        room.vault, said=lambda row: _said(room.log, row, mark.log_size), log_lost=mark.log_lost, keep_days=keep_days
    )
    begin_anew(room.vault)
    path.unlink()
    return done


def _said(log: Log, row: bytes, begin: int) -> list[Said]:
    """Return what a member said since the backup, as far as the log of now goes back."""
    told = [each for each in log.of_member(row) if each.place >= begin and each.entry is not None]
    bodies = [(each.entry.body, each.when) for each in told if each.entry is not None]
    return [Said(str(body["choice"]), str(body["value"]), when) for body, when in bodies if "choice" in body]
