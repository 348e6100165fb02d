"""Predicates on a member's coarse traits: true, false, or unknown where the trait is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.audience.language.limits import check_text, check_values, check_whole, out_of_range
from noren.audience.language.problems import Wrong
from noren.audience.language.words import Channel, Cmp, Trait
from noren.kernel.say import Say

BAND_YEARS: Final = 5
LAST_BAND: Final = 85
"""The last band, 85+, has no upper end."""

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class TraitIs:
    """The trait has this value."""

    trait: Trait
    value: str

    def __post_init__(self) -> None:
        check_text(self.value, "value")


@dataclass(frozen=True, slots=True)
class TraitIsNot:
    """The trait is known and has another value."""

    trait: Trait
    value: str

    def __post_init__(self) -> None:
        check_text(self.value, "value")


@dataclass(frozen=True, slots=True)
class TraitIn:
    """The trait has one of these values."""

    trait: Trait
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        check_values(self.values, "values")
        for value in self.values:
            check_text(value, "values")


@dataclass(frozen=True, slots=True)
class AgeBetween:
    """The 5-year age band lies in ``first`` to ``last`` years, both included; no band is cut."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            say = Say("年齢の範囲の初めが終わりより大きくなっています。", "The age range begins after its end.")
            raise Wrong("empty-range", "first", say, f"age {self.last}..{self.first}")
        if self.first % BAND_YEARS or (self.last + 1) % BAND_YEARS or self.last >= LAST_BAND:
            raise _band_cut("first" if self.first % BAND_YEARS else "last", _nearest_range(self.first, self.last))


@dataclass(frozen=True, slots=True)
class AgeIs:
    """The 5-year age band compares so with ``years``; no band is cut, so ``=`` never fits."""

    cmp: Cmp
    years: int

    def __post_init__(self) -> None:
        nearest = _nearest_bound(self.cmp, self.years)
        if nearest != (self.cmp, self.years):
            if self.cmp is Cmp.EXACTLY:
                raise _band_cut("years", _nearest_range(*_band_of(self.years)))
            raise _band_cut("years", f"age {nearest[0]} {nearest[1]}")


def _nearest_bound(cmp: Cmp, years: int) -> tuple[Cmp, int]:
    """Return the bound that cuts no band and is nearest."""
    if cmp is Cmp.EXACTLY:
        return Cmp.AT_LEAST, LAST_BAND
    after = 1 if cmp in (Cmp.MORE, Cmp.AT_MOST) else 0
    edge = (years + after + BAND_YEARS // 2) // BAND_YEARS * BAND_YEARS
    return cmp, max(min(edge, LAST_BAND) - after, 0 if not after else BAND_YEARS - 1)


def _band_of(years: int) -> tuple[int, int]:
    first = min(years // BAND_YEARS * BAND_YEARS, LAST_BAND)
    return first, first + BAND_YEARS - 1


def _nearest_range(first: int, last: int) -> str:
    low = min(_nearest_bound(Cmp.AT_LEAST, first)[1], LAST_BAND)
    high = (last + 1 + BAND_YEARS // 2) // BAND_YEARS * BAND_YEARS - 1
    if high < low:
        low, high = _band_of(first)
    return f"age >= {low}" if low >= LAST_BAND or high >= LAST_BAND else f"age {low}..{high}"


def _band_cut(field: str, nearest: str) -> Wrong:
    return Wrong(
        "band-cut",
        field,
        Say(
            f"年齢は5歳きざみ(0〜4、5〜9、…、80〜84、85歳以上)でしか分かりません。いちばん近いのは {nearest} です。",
            f"Ages are known in bands of 5 years (0-4, 5-9, … 80-84, 85+). The nearest is {nearest}.",
        ),
        nearest,
    )


@dataclass(frozen=True, slots=True)
class MemberFor:
    """Local dates from the first day of the month of joining to the as-of's date compare so."""

    cmp: Cmp
    days: int

    def __post_init__(self) -> None:
        check_whole(self.days, "days")


@dataclass(frozen=True, slots=True)
class BirthMonth:
    """Born in ``month`` (1-12); None: in the month of the as-of."""

    month: int | None

    def __post_init__(self) -> None:
        if self.month is not None and not 1 <= self.month <= _MONTHS:
            raise out_of_range("month", "1", str(_MONTHS))


@dataclass(frozen=True, slots=True)
class Reachable:
    """She may be written to by this channel."""

    channel: Channel


TraitPredicate = TraitIs | TraitIsNot | TraitIn | AgeBetween | AgeIs | MemberFor | BirthMonth | Reachable
