"""What the till is told. Field order is the order on the wire; replays are byte-identical because they are stored."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec


class PointsAnswer(msgspec.Struct, frozen=True):
    """Points of a purchase: earned, used, and what is usable at this company afterwards."""

    earned: int
    used: int
    balance: int


class PurchaseAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """201 of a purchase. ``warnings`` only from the batch door."""

    purchase: str
    points: PointsAnswer
    effects: list[dict[str, Any]]
    warnings: tuple[str, ...] = ()


class PreviewAnswer(msgspec.Struct, frozen=True):
    """200 of a preview."""

    points: PointsAnswer
    effects: list[dict[str, Any]]


class ReturnPoints(msgspec.Struct, frozen=True):
    """Points of a return."""

    taken_back: int
    given_back: int
    balance: int


class ReturnAnswer(msgspec.Struct, frozen=True, rename={"name": "return"}):
    """201 of a return."""

    name: str
    points: ReturnPoints
    voided: list[str]


class LineLeft(msgspec.Struct, frozen=True):
    """What is left of a line after returns."""

    line: int
    product: str
    quantity_left: int
    amount_left: int


class FindAnswer(msgspec.Struct, frozen=True):
    """200 of a find."""

    purchase: str
    lines: list[LineLeft]


class Expiry(msgspec.Struct, frozen=True):
    """The points that lapse first and their last valid day."""

    date: date
    points: int


class BalanceAnswer(msgspec.Struct, frozen=True):
    """200 of a balance: never a name, never an attribute."""

    points: int
    next_expiry: Expiry | None
    coupons: list[dict[str, Any]]


class ClockAnswer(msgspec.Struct, frozen=True):
    """200 of the sandbox clock."""

    now: str
