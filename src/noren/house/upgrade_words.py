"""What the command line and the process of a side say to each other about an upgrade. No store, no driver."""

from __future__ import annotations

from typing import Final

import msgspec

NEVER_KEPT: Final = "member_keys"
"""No copy of it outlives a migration: in it, an erased member's key would live on."""


class Change(msgspec.Struct):
    """One step, as it is told: up or down, what it does, what it loses."""

    revision: str
    up: bool
    says: tuple[str, str]
    loses: tuple[str, str] | None = None


class Standing(msgspec.Struct):
    """Where a store stands and what would be done; ``problem``: why nothing can be. ``found`` None: not made yet."""

    store: str
    found: str | None
    head: str
    wanted: str | None = None
    changes: list[Change] = []
    page_bytes: int | None = None
    problem: tuple[str, str] | None = None
    copies: list[str] = []


class Done(msgspec.Struct):
    """What was done to a store; ``copy``: the one that was kept."""

    store: str
    now: str
    copy: str | None = None


class Order(msgspec.Struct):
    """What is asked for. ``to``: by store, or for every store under the empty name; nothing: the last revision."""

    to: dict[str, str] = {}
    keep_copy: bool = False
    admin: str = ""
    passfile: str = ""
