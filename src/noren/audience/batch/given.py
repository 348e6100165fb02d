"""What was given: which columns there are, and the numbers of what the files name. Planning needs no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Final

from noren.audience.batch.names import Columns
from noren.audience.language.words import Attribute, Channel, Trait


class TraitCode(IntEnum):
    """A column of the members, by the number that stands for it in the prepared table."""

    SEX = 1
    PREFECTURE = 2
    POSTAL3 = 3
    TIER = 4
    AGE = 5
    BIRTH_MONTH = 6
    SINCE = 7
    EMAIL = 8
    POST = 9


TRAIT_CODES: Final = {
    Trait.SEX: TraitCode.SEX,
    Trait.PREFECTURE: TraitCode.PREFECTURE,
    Trait.POSTAL3: TraitCode.POSTAL3,
    Trait.TIER: TraitCode.TIER,
}
CHANNEL_CODES: Final = {Channel.EMAIL: TraitCode.EMAIL, Channel.POST: TraitCode.POST}


class EventKind(IntEnum):
    """A row of a member's history."""

    COUPON = 1
    MESSAGE = 2
    REDEEMED = 3


@dataclass(frozen=True, slots=True)
class Given:
    """The given files, as far as planning needs them.

    ``attributes``: the columns of products and purchases that are there. ``lists``: the named lists.
    ``values``: the number of each value of a trait; ``campaigns``: of each campaign.
    """

    products: Columns
    places: Columns
    attributes: frozenset[Attribute]
    has_points: bool = False
    traits: frozenset[TraitCode] = frozenset()
    values: Mapping[TraitCode, Mapping[str, int]] = field(default_factory=dict[TraitCode, Mapping[str, int]])
    messages: bool = False
    redemptions: bool = False
    balances: bool = False
    campaigns: Mapping[str, int] = field(default_factory=dict[str, int])
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


@dataclass(frozen=True, slots=True)
class Moment:
    """The as-of: the instant in microseconds since 1970 (UTC), and its local date."""

    instant_us: int
    today: date
    horizon: date | None = None
