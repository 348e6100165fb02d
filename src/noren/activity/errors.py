"""Breakages of the ledger. Refusals are values and stand in ``register``; these are for what must not happen."""

from __future__ import annotations

from noren.kernel.say import Say
from noren.revisions.errors import NotThisRevision


class LedgerBroken(Exception):
    """The ledger can not be used."""


class NotDurable(LedgerBroken):
    """A write could not be made durable; whatever waited for it was not acknowledged."""


class PointsDoNotBalance(LedgerBroken):
    """A batch would create or destroy points; it was rolled back."""


class WrongSchema(LedgerBroken, NotThisRevision):
    """The store was made by another version of noren; ``say`` tells what to do."""


class Contradicted(LedgerBroken):
    """A write contradicts what the store holds: the batch was rolled back, the store is sound."""


class UnsafeServer(LedgerBroken):
    """The database server is not set up to keep what it acknowledges; ``say``: what to do about it."""

    def __init__(self, say: Say) -> None:
        super().__init__(say.en)
        self.say = say
