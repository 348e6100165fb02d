"""Healing after a crash: what was stored and not told is told, a merge that was noted is finished.

Runs at the vault's start and, while the ledger side is away, again until nothing is pending.
"""

from __future__ import annotations

from typing import Final

from noren.identity.crossing import tell
from noren.identity.merging import finish_merge
from noren.identity.model import Standing
from noren.identity.vault import Vault

PAGE_ROWS: Final = 500


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


def _heal(vault: Vault, rows: list[bytes]) -> None:
    with vault.store.reading() as batch:
        standing = {row: member.standing for row, member in batch.members(rows).items()}
    for row in rows:
        if standing[row] is Standing.MERGING:
            finish_merge(vault, row)
    tell(vault, [row for row in rows if standing[row] is Standing.HERE], all_states=True)
