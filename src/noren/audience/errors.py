"""Breakages of audiences. Refusals are values (``refusals.Refusal``); these are for what must not happen."""

from __future__ import annotations


class AudiencesBroken(Exception):
    """The store of audiences can not be used."""


class HighWaterLost(AudiencesBroken):
    """What was spent of the budget can not be told: the mark beside the store is missing or damaged."""
