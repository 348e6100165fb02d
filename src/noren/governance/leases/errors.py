"""Breakages of copies; refusals are values."""

from __future__ import annotations


class CopiesBroken(Exception):
    """A copy or the census can not be used."""


class CopyEnded(CopiesBroken):
    """The copy's lease has ended: its key is destroyed, and it opens for nobody."""


class SpoiltCopy(CopiesBroken):
    """The sealed file is not the one that was made: cut, changed, or of another copy."""
