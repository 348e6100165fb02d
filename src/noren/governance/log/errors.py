"""What breaks in an audit log."""

from __future__ import annotations


class LogError(Exception):
    """Root of the audit log's breakages."""


class LogBroken(LogError):
    """The log's files do not fit together: what was acknowledged is not there, or somebody changed it."""


class LogBusy(LogError):
    """Another process writes this log."""


class NotForgettable(LogError):
    """An entry that concerns no member is never forgotten: only what is tagged with a subject may be."""
