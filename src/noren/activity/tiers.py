"""Member tiers: what published rules say, over which months they look, and which tier a member had on a day. Pure.

A tier is worked out for a whole month, from what the ledger had at the month's first instant: worked out again later,
from the same purchases and returns, it is the same. It holds for that month, whatever is bought meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.tier_days import NO_TIER, HerTier, begin_us, first_of, month_of
from noren.kernel.values import value

MOST_LEVELS: Final = 8
MOST_MONTHS: Final = 24
"""How far back a rule may look: amounts of each purchase are kept longer than that."""

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Measure(StrEnum):
    """What is counted: net amounts (minor units), points that purchases earned, or purchases of which some is left."""

    SPEND = "spend"
    POINTS = "points"
    VISITS = "visits"


class Window(StrEnum):
    """Which months are looked at: all of the calendar year before, or so many whole months before."""

    LAST_YEAR = "last-year"
    LAST_MONTHS = "last-months"


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a level is called, in both languages."""

    ja: _Text
    en: _Text


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level, and from which measure on a member has it. ``id``: the word of the condition language."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{1,23}\Z")]
    title: Title
    threshold: Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of rules says. ``level``: ascending, the first from 0 on; ``months`` with ``last-months`` alone."""

    first: date = msgspec.field(name="from")
    measure: Measure
    window: Window
    level: Annotated[list[Level], msgspec.Meta(min_length=2, max_length=MOST_LEVELS)]
    months: Annotated[int, msgspec.Meta(ge=1, le=MOST_MONTHS)] | None = None


class RulesState(StrEnum):
    """A draft may be replaced; what is published stands for ever."""

    DRAFT = "draft"
    PUBLISHED = "published"


@value
class RulesRow:
    """A version of the rules as the ledger keeps it. Instants in microseconds, 0: not yet."""

    version: int
    state: RulesState
    file: bytes
    author: str
    approver: str
    drafted: int
    published: int

    @property
    def rules(self) -> Rules:
        """What the file says."""
        return rules_in(self.file)


@value
class TierMonth:
    """A month for which tiers were worked out: by which version, from which day on, of which time, as of when.

    ``begins`` and ``ends``: the instants between which purchases were looked at.
    """

    month: int
    version: int
    first_day: int
    begins: int
    ends: int
    as_of: int
    lowest: str
    done: int


@value
class TierRow:
    """A member's tier of a month. ``since``: the month since which she has it; ``was``: that of the month before.

    Of who has had nothing but the lowest there is no row. ``was`` empty: the lowest, or none was worked out.
    """

    handle: bytes = field(repr=False)
    month: int
    level: str
    since: int
    was: str


class TierFeed(Protocol):
    """Reading side of the tiers. Instants in microseconds, months as :func:`month_of` numbers them."""

    def tier_rules(self) -> Sequence[RulesRow]:
        """Return all versions of the rules, the oldest first."""
        ...

    def tier_months(self) -> Sequence[TierMonth]:
        """Return the months that were worked out, the oldest first."""
        ...

    def tier_of(self, handle: bytes) -> TierRow | None:
        """Return a member's row; None: she has none."""
        ...

    def tiers_between(self, low: bytes, high: bytes) -> Sequence[TierRow]:
        """Return the rows of all handles from ``low`` to before ``high``."""
        ...

    def tier_sums(
        self, measure: Measure, span: tuple[int, int], as_of: int, between: tuple[bytes, bytes], least: int
    ) -> Iterable[tuple[bytes, int]]:
        """Yield (handle, measure) of handles in a range, where it is at least so much, as it stood at an instant."""
        ...

    def tier_sum_of(self, handle: bytes, measure: Measure, span: tuple[int, int], as_of: int) -> int:
        """Return one member's measure, as it stood at an instant."""
        ...


class TierBatch(Protocol):
    """Writing side of the tiers, in a transaction."""

    def tier_rules(self) -> Sequence[RulesRow]:
        """Return all versions of the rules, the oldest first."""
        ...

    def put_tier_rules(self, row: RulesRow) -> None:
        """Add a version, or put it in the place of itself."""
        ...

    def put_tiers(self, rows: Iterable[TierRow]) -> None:
        """Write members' rows; one that is no active member (any more) gets none."""
        ...

    def drop_tiers(self, handles: Iterable[bytes]) -> None:
        """Remove members' rows."""
        ...

    def work_out_tier(self, handle: bytes, source: bytes | None = None) -> None:
        """Work one member's tier of the newest month out anew, after ``source`` was merged into her."""
        ...

    def put_tier_month(self, row: TierMonth) -> None:
        """Note that a month is worked out: from now on it is what members have."""
        ...


def her_of(row: TierRow | None, months: Sequence[TierMonth]) -> HerTier:
    """Return what is known of a member's tiers: of her row, and of the months that were worked out."""
    if not months:
        return NO_TIER
    now, before = months[-1], next((each for each in months if each.month == months[-1].month - 1), None)
    told = NO_TIER if row is None else HerTier(row_month=row.month, level=row.level, was=row.was)
    return HerTier(
        now.month, now.first_day, now.lowest, before.first_day if before else 0, before.lowest if before else "",
        told.row_month, told.level, told.was,
    )  # fmt: skip


def days_of(rules: Rules, month: int) -> tuple[date, date]:
    """Return the days that are looked at for a month: the first, and the first that is not."""
    if rules.window is Window.LAST_YEAR:
        year = month // 12
        return date(year - 1, 1, 1), date(year, 1, 1)
    assert rules.months is not None, "last-months says how many"
    return first_of(month - rules.months), first_of(month)


def span_of(rules: Rules, month: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the same as instants."""
    first, end = days_of(rules, month)
    return begin_us(first, zone), begin_us(end, zone)


def level_of(rules: Rules, measured: int) -> Level:
    """Return the highest level whose threshold is reached."""
    return [each for each in rules.level if measured >= each.threshold or each.threshold == 0][-1]


def next_level(rules: Rules, measured: int) -> Level | None:
    """Return the lowest level whose threshold is not reached; None: the highest is."""
    return next((each for each in rules.level if each.threshold > max(measured, 0)), None)


def published(rows: Iterable[RulesRow]) -> list[RulesRow]:
    """Return the published versions in the order in which they come into force."""
    return [row for row in rows if row.state is RulesState.PUBLISHED]


def of_month(rows: Iterable[RulesRow], month: int) -> tuple[RulesRow, date] | None:
    """Return the version of a month and its first day there; None: there is none.

    It is the one in force when the month begins, or the very first that ever was, where it came in the month.
    """
    there, begin = published(rows), first_of(month)
    held = [row for row in there if row.rules.first <= begin]
    if held:
        return held[-1], begin
    if there and month_of(there[0].rules.first) == month:
        return there[0], there[0].rules.first
    return None


def as_of(row: RulesRow, first: date, zone: ZoneInfo) -> int:
    """Return the instant from which a month is worked out: as it begins, or when its rules were published."""
    return max(begin_us(first, zone), row.published)


def text_of(rules: Rules) -> bytes:
    """Return the one text of rules that is kept and logged: JSON, its keys sorted."""
    return msgspec.json.encode(rules, order="sorted")


def rules_in(file: bytes) -> Rules:
    """Return the rules of their text."""
    return msgspec.json.decode(file, type=Rules)
