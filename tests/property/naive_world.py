"""A small laboratory for the naive evaluator: plain values, no numbers for anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Line:
    product: str | None
    quantity: int
    amount: int


@dataclass(frozen=True)
class Purchase:
    member: str
    receipt: str
    at: datetime
    shop: str | None
    partner: str | None
    industry: str | None
    lines: tuple[Line, ...]
    points: int | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Member:
    member: str
    sex: str | None = None
    birth_year: int | None = None
    birth_month: int | None = None
    prefecture: str | None = None
    postal3: str | None = None
    tier: str | None = None
    since: date | None = None
    email_ok: bool | None = None
    post_ok: bool | None = None


@dataclass(frozen=True)
class Message:
    member: str
    campaign: str
    at: datetime
    kind: str


@dataclass(frozen=True)
class Lot:
    member: str
    points: int
    expires: date | None


@dataclass
class World:
    """``products``: attribute to value, by product. All instants are aware."""

    zone: ZoneInfo
    as_of: datetime
    members: list[Member]
    products: dict[str, dict[str, str | None]]
    purchases: list[Purchase]
    messages: list[Message] = field(default_factory=list)
    redemptions: list[Message] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    horizon: date | None = None
