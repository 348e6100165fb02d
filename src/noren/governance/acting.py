"""Who does what is being done: known to the door that asked, told by every entry of the log that comes of it.

A door says it for one call, in the call's own context, which the threads that work for the call see too. Whatever runs
by a timetable is nobody's, and its entries say nothing of it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

from noren.governance.ports import Fact

NOBODY: Final[Mapping[str, Fact]] = MappingProxyType({})
CLAIMED: Final[Mapping[str, Fact]] = MappingProxyType({"signed_in": False})
"""Somebody whom nothing proves: a home without accounts. Any name in the entry is a claimed one."""
_ACTING: Final[ContextVar[Mapping[str, Fact]]] = ContextVar("acting", default=NOBODY)


def signed_in_as(account: str) -> Mapping[str, Fact]:
    """Return what entries tell of somebody who is signed in."""
    return {"signed_in": account}


def let_act(who: Mapping[str, Fact]) -> None:
    """Say who does whatever comes in this context from now on."""
    _ACTING.set(who)


@contextmanager
def acting(who: Mapping[str, Fact]) -> Generator[None]:
    """Say who does what is done while the context lasts."""
    before = _ACTING.set(who)
    try:
        yield
    finally:
        _ACTING.reset(before)


def who_acts() -> Mapping[str, Fact]:
    """Return what an entry that is written now tells of who did it."""
    return _ACTING.get()
