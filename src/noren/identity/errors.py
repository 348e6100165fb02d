"""Breakages of the vault: what no caller can put right by asking differently. Refusals are values (`model.Refused`)."""

from __future__ import annotations

from noren.revisions.errors import NotThisRevision


class IdentityBroken(Exception):
    """The vault can not do its work."""


class StoreUnusable(IdentityBroken):
    """The vault's store can not be opened."""


class WrongLayout(StoreUnusable, NotThisRevision):
    """The vault's store was made by another version of noren; ``say`` tells what to do."""


class KeyMissing(IdentityBroken):
    """A member's row stands in the vault without her key: her fields can not be opened."""


class LedgerAway(IdentityBroken):
    """The ledger side does not answer; what was stored stays pending and is told later."""


class LedgerRefused(LedgerAway):
    """The ledger side answers and does not take what it is told; asking again at once will not help."""
