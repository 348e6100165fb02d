"""Values of the directory: companies, shops, agreements, terminals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from noren.governance.routes import Route

__all__ = ["Agreement", "Route", "Rules", "Shop", "Terminal"]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of a partner. ``handles_personal_information``: 会員情報取扱店, with the day it was registered as one."""

    shop: str
    partner: str
    name: str | None
    industry: str | None
    postal_code: str | None
    prefecture: str | None
    handles_personal_information: bool
    handling_since: date | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a company agreed to: the route of its purchases, from which day, and its own point rules.

    ``per``: minor units per point (None: the programme's). ``exclude``: filter of products
    that earn nothing (None: none). ``until``: its last day (None: no end is known).
    """

    partner: str
    route: Route
    since: date
    per: int | None = None
    exclude: str | None = None
    balance: bool = True
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Return whether it is in force on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A till's key at the door, without the secret. ``key_hash`` = keyed hash of it, 32 bytes.

    ``rate``: requests a second that it may send (None: the programme's ``limits.per_terminal``).
    """

    key_hash: bytes
    shop: str
    terminal: str
    test: bool
    created: date
    expires: date
    revoked: bool
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the till must know of a shop's company to decide points."""

    partner: str
    per: int
    exclude: str | None
    balance: bool
