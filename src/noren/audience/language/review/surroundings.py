"""What a condition is looked at with: the programme's names and rules. Nothing given: nothing of it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from noren.audience.language.words import Attribute


class Names(Protocol):
    """The values that exist. A products table fills it for its columns, a programme for all."""

    def values(self, attribute: Attribute) -> frozenset[str] | None:
        """Return the values of an attribute that exist; None: they are not known, so any is taken."""
        ...

    def lists(self) -> frozenset[str] | None:
        """Return the names of the lists that exist; None: they are not known."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``sensitive``: the operator's classes, (attribute, value); ``issuer``: the company that issues the slip.

    ``horizon``: the first local date of which there are lines; ``today``: the as-of's local date.
    """

    names: Names | None = None
    sensitive: frozenset[tuple[Attribute, str]] = frozenset()
    issuer: str | None = None
    horizon: date | None = None
    today: date | None = None
