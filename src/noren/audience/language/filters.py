"""Filters: which lines of a purchase count. A test on what is not known is unknown, and such a line does not count."""

from __future__ import annotations

from dataclasses import dataclass

from noren.audience.language.limits import LAST_HOUR, check_flat, check_parts, check_text, check_values, check_whole
from noren.audience.language.problems import Wrong
from noren.audience.language.words import Attribute, Cmp, Weekday
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class AnyLine:
    """``any``: every line."""


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """The attribute has this value."""

    attribute: Attribute
    value: str

    def __post_init__(self) -> None:
        check_text(self.value, "value")


@dataclass(frozen=True, slots=True)
class AttributeIsNot:
    """The attribute is known and has another value."""

    attribute: Attribute
    value: str

    def __post_init__(self) -> None:
        check_text(self.value, "value")


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """The attribute has one of these values."""

    attribute: Attribute
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        check_values(self.values, "values")
        for value in self.values:
            check_text(value, "values")


@dataclass(frozen=True, slots=True)
class AttributeInList:
    """The attribute's value stands in the list of this name, as it is at the as-of."""

    attribute: Attribute
    name: str

    def __post_init__(self) -> None:
        check_text(self.name, "name")


@dataclass(frozen=True, slots=True)
class WeekdayIn:
    """The purchase was on one of these local weekdays."""

    days: tuple[Weekday, ...]

    def __post_init__(self) -> None:
        check_values(self.days, "days")


@dataclass(frozen=True, slots=True)
class HourBetween:
    """The purchase was from ``first``:00:00 to ``last``:59:59.999, local time."""

    first: int
    last: int

    def __post_init__(self) -> None:
        check_whole(self.first, "first", most=LAST_HOUR)
        check_whole(self.last, "last", most=LAST_HOUR)
        if self.first > self.last:
            raise Wrong(
                "empty-range",
                "first",
                Say(
                    "時間帯の初めが終わりより後です。日をまたぐ時間帯は or で2つに分けてください。",
                    "The first hour is after the last; hours over midnight are two tests joined by or.",
                ),
                f"(hour {self.first}..{LAST_HOUR} or hour 0..{self.last})",
            )


@dataclass(frozen=True, slots=True)
class HourIs:
    """The local hour of the purchase compares so."""

    cmp: Cmp
    hour: int

    def __post_init__(self) -> None:
        check_whole(self.hour, "hour", most=LAST_HOUR)


@dataclass(frozen=True, slots=True)
class PurchaseTotalIs:
    """``basket_total``: the sum over all lines (quantity over 0) of the purchase, in the smallest currency unit."""

    cmp: Cmp
    amount: int

    def __post_init__(self) -> None:
        check_whole(self.amount, "amount")


@dataclass(frozen=True, slots=True)
class FilterNot:
    """Not; of unknown it is unknown."""

    part: LineFilter


@dataclass(frozen=True, slots=True)
class FilterAnd:
    """All of the parts; none of them is an ``and`` itself."""

    parts: tuple[LineFilter, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)
        check_flat(any(isinstance(part, FilterAnd) for part in self.parts))


@dataclass(frozen=True, slots=True)
class FilterOr:
    """One of the parts or more; none of them is an ``or`` itself."""

    parts: tuple[LineFilter, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)
        check_flat(any(isinstance(part, FilterOr) for part in self.parts))


Test = (
    AnyLine
    | AttributeIs
    | AttributeIsNot
    | AttributeIn
    | AttributeInList
    | WeekdayIn
    | HourBetween
    | HourIs
    | PurchaseTotalIs
)
LineFilter = Test | FilterNot | FilterAnd | FilterOr


@dataclass(frozen=True, slots=True)
class Together:
    """A purchase that holds a line for each part; one line may serve several."""

    parts: tuple[LineFilter, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)


Filter = LineFilter | Together
