"""What the ledger-worker tells the tills of the conditions in force, by the standings' own file: one JSON."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from noren.audience.language import Refused, from_json, to_json
from noren.audience.language.nodes import Condition
from noren.audience.standings.model import LiveCondition
from noren.audience.standings.ports import LiveConditions, StandingStore

LOOK_SECONDS: Final = 1.0
"""How late a till may see what was published: the ledger-worker is as late itself."""

_EDITION_BYTES: Final = 7


class _Told(msgspec.Struct, array_like=True):
    conditions: list[tuple[str, str, list[str], list[str]]]
    lists: dict[str, list[str]]
    horizon: date | None


_NOTHING: Final = msgspec.json.encode(_Told([], {}, None))
_DECODER: Final = msgspec.json.Decoder(_Told)


def told_of(conditions: LiveConditions) -> bytes:
    """Return what is in force as bytes, the same for the same."""
    rows = [
        (one.name, to_json(one.condition).decode(), sorted(one.shops), sorted(one.partners))
        for one in sorted(conditions.conditions(), key=lambda one: one.name)
    ]
    lists = {name: sorted(values) for name, values in sorted(conditions.lists().items())}
    return msgspec.json.encode(_Told(rows, lists, conditions.horizon()))


def edition_of(told: bytes) -> int:
    """Return a number that is another one for other bytes, and never 0."""
    return int.from_bytes(hashlib.sha256(told).digest()[:_EDITION_BYTES]) | 1


class Published:
    """Fills ``LiveConditions`` by what the ledger-worker has published."""

    def __init__(self, store: StandingStore, monotonic: Callable[[], float]) -> None:
        self._store, self._monotonic = store, monotonic
        self._edition, self._due = 0, -math.inf
        self._raw = b""
        self._told = _DECODER.decode(_NOTHING)

    def edition(self) -> int:
        """See ``LiveConditions``: looked up once a second."""
        now = self._monotonic()
        if now >= self._due:
            self._edition, self._due = self._store.edition(), now + LOOK_SECONDS
        return self._edition

    def conditions(self) -> Sequence[LiveCondition]:
        """See ``LiveConditions``."""
        return [
            LiveCondition(name, _condition(canonical), frozenset(shops), frozenset(partners))
            for name, canonical, shops, partners in self._look().conditions
        ]

    def lists(self) -> Mapping[str, frozenset[str]]:
        """See ``LiveConditions``."""
        return {name: frozenset(values) for name, values in self._look().lists.items()}

    def horizon(self) -> date | None:
        """See ``LiveConditions``."""
        return self._look().horizon

    def _look(self) -> _Told:
        raw = self._store.published()
        if raw != self._raw:
            self._raw, self._told = raw, _DECODER.decode(raw or _NOTHING)
        return self._told


def _condition(canonical: str) -> Condition:
    found = from_json(canonical.encode())
    assert not isinstance(found, Refused), "what is published is canonical JSON"
    return found
