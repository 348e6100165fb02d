"""Breakages of the lake. The ledger stands without it: the till never waits for any of these."""

from __future__ import annotations


class LakeBroken(Exception):
    """The lake can not be used."""


class LakeInUse(LakeBroken):
    """Another process writes this lake. One writer at a time: stop the other ledger-worker of this home first."""


class LakeMisread(LakeBroken):
    """A file put together holds another number of rows than its sources; nothing was changed. Keep the files."""
