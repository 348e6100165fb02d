"""Flows: data going to a recipient for a purpose on one route; what is asked of a clearance."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from noren.governance.routes import Route


class Joins(StrEnum):
    """What is brought together on the way: nothing, counts of groups, or single persons (突合)."""

    NONE = "none"
    CELLS = "cells"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that was set up: ``items`` for ``purpose`` to ``recipient`` on ``route``, under ``notice``.

    ``evidence``: word of a precondition (``contract`` …) and the record that shows it. ``channel``: how members are
    reached by it. ``room``: it is a clean room's. ``with_minors``: under-16s are not left out.
    """

    id: str
    purpose: str
    recipient: str
    items: frozenset[str]
    route: Route
    notice: str | None = None
    joins: Joins = Joins.NONE
    channel: str | None = None
    evidence: dict[str, str] = field(default_factory=dict[str, str])
    room: bool = False
    with_minors: bool = False
