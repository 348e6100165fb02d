"""Breakages of the vault: what no caller can put right by asking differently. Refusals are values (`model.Refused`)."""

from __future__ import annotations


class IdentityBroken(Exception):
    """The vault can not do its work."""


class StoreUnusable(IdentityBroken):
    """The vault's store can not be opened or was made by another version of noren."""


class KeyMissing(IdentityBroken):
    """A member's row stands in the vault without her key: her fields can not be opened."""


class LedgerAway(IdentityBroken):
    """The ledger side does not answer; what was stored stays pending and is told later."""
