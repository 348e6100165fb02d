"""Breakages of the ledger. Refusals are values and stand in ``register``; these are for what must not happen."""

from __future__ import annotations


class LedgerBroken(Exception):
    """The ledger can not be used."""


class NotDurable(LedgerBroken):
    """A write could not be made durable; whatever waited for it was not acknowledged."""


class PointsDoNotBalance(LedgerBroken):
    """A batch would create or destroy points; it was rolled back."""


class WrongSchema(LedgerBroken):
    """The store was made by another version of noren; upgrade it first."""
