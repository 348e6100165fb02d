"""Healing after a crash: what was stored and not told is told, a merge that was noted is finished.

Runs at the vault's start and, while the ledger side is away, again until nothing is pending.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from noren.identity.crossing import tell
from noren.identity.erasing import finish_erasure
from noren.identity.members import open_members
from noren.identity.merging import finish_merge
from noren.identity.model import Standing
from noren.identity.vault import Vault
from noren.identity.withdrawing import finish_withdrawal

PAGE_ROWS: Final = 500
_LEAVING: Final = (Standing.ERASING, Standing.WITHDRAWN)


def sweep(vault: Vault) -> int:
    """Tell all that is pending; return how many members were pending.

    Members whom the ledger side refuses stay pending and are counted each time; the audit names their number.

    Raises:
        LedgerAway: the ledger side does not answer; try again later.
    """
    after, seen = b"", 0
    while True:
        with vault.writing:
            with vault.store.reading() as batch:
                rows = batch.pending(after, PAGE_ROWS)
            _heal(vault, rows)
        seen += len(rows)
        if len(rows) < PAGE_ROWS:
            return seen
        after = rows[-1]


def tell_all_anew(vault: Vault) -> int:
    """Tell the ledger side of every member with a card again; return how many: it was put back from a backup.

    What she stopped since that backup holds again when this returns. Raises LedgerAway: some are told later.
    """
    after = b""
    while True:
        with vault.writing, vault.store.batch() as batch:
            rows = batch.all_rows(after, PAGE_ROWS)
            opened = open_members(vault, batch, rows).values()
            here = [each.at_rest for each in opened if each.at_rest.standing is Standing.HERE and each.cards]
            batch.put_members([replace(each, pending=True) for each in here])
        if len(rows) < PAGE_ROWS:
            return sweep(vault)
        after = rows[-1]


def finish_waiting(vault: Vault) -> int:
    """Tell the ledger side of erasures and withdrawals of which it has not heard; return how many there were.

    Raises:
        LedgerAway: the ledger side does not answer; try again later.
    """
    after, seen = b"", 0
    while True:
        with vault.writing:
            with vault.store.reading() as batch:
                rows = batch.pending(after, PAGE_ROWS)
                leaving = [m.row for m in batch.members(rows).values() if m.standing in _LEAVING]
            _heal(vault, leaving)
        seen += len(leaving)
        if len(rows) < PAGE_ROWS:
            return seen
        after = rows[-1]


def _heal(vault: Vault, rows: list[bytes]) -> None:
    with vault.store.reading() as batch:
        standing = {row: member.standing for row, member in batch.members(rows).items()}
    for row in rows:
        if standing[row] is Standing.MERGING:
            finish_merge(vault, row)
        elif standing[row] is Standing.ERASING:
            finish_erasure(vault, row)
        elif standing[row] is Standing.WITHDRAWN:
            finish_withdrawal(vault, row)
    tell(vault, [row for row in rows if standing[row] is Standing.HERE], all_states=True)
