"""Values of a provision. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from noren.activity.model import Traits

MAX_DAYS: Final = 400
"""The longest stretch of purchases in one extract."""


@dataclass(frozen=True, slots=True)
class Window:
    """The local days whose purchases are given, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        assert self.first <= self.last, "a window ends after it begins"
        assert (self.last - self.first).days < MAX_DAYS, "a window has an end in sight"


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes part, each with her traits and the recipient's own pseudonym of her."""

    traits: Mapping[bytes, Traits] = field(repr=False)
    pseudonyms: Mapping[bytes, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Goods:
    """What decides which purchases are given: the recipient's own shops, and goods of a sensitive kind."""

    own_shops: frozenset[str]
    sensitive: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an extract holds: rows in all its tables, members with a row."""

    rows: int
    members: int


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """The record of one provision: what articles 29 and 30 want, and more. Days, no finer time.

    ``recipient``, ``address``, ``representative``: as the register had them that day. ``rows`` None: it was begun
    and not completed. ``copy``: the lease under which it went.
    """

    run: str
    flow: str
    purpose: str
    recipient: str
    recipient_name: str
    address: str
    representative: str
    route: str
    notice: str
    notice_version: int
    terms_version: int
    items: tuple[str, ...]
    window: Window
    begun_on: date
    expires_at: datetime
    completed_on: date | None = None
    rows: int | None = None
    members: int | None = None
    copy: str = ""
