"""The audit log of one side: a Merkle tree of commitments, signed and public, and the records behind them, apart.

It promises that nothing it acknowledged is lost or changed unseen, that a member's records can be forgotten while the
tree's root stays, and that anybody can check it with files alone. It never holds a name, a number of a member or card,
a handle or a contact: a member is a tag under a key of that side.
"""

from __future__ import annotations

from noren.governance.log.errors import LogBroken, LogBusy, LogError, NotForgettable
from noren.governance.log.keys import LogKeys
from noren.governance.log.log import Log, Told
from noren.governance.log.notes import Checkpoint, Note, VerifierKey, parse_note

__all__ = [
    "Checkpoint", "Log", "LogBroken", "LogBusy", "LogError", "LogKeys", "NotForgettable", "Note", "Told",
    "VerifierKey", "parse_note",
]  # fmt: skip
