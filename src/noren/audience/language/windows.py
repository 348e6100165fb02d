"""Windows: over which local dates a predicate looks. ``Ever`` is what no window means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from noren.audience.language.limits import check_whole
from noren.audience.language.problems import Wrong
from noren.audience.language.words import Period, Unit, Which
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Ever:
    """Back to the data horizon."""


@dataclass(frozen=True, slots=True)
class InLast:
    """The ``count`` local days, weeks of 7 days or months that end with the as-of's date."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        check_whole(self.count, "count", least=1)


@dataclass(frozen=True, slots=True)
class InPeriod:
    """The local calendar period of the as-of's date, or the one before."""

    which: Which
    period: Period


@dataclass(frozen=True, slots=True)
class InDates:
    """From ``first`` to ``last``, both included, cut at the as-of."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise Wrong(
                "empty-range",
                "first",
                Say("期間の初めの日が、終わりの日より後になっています。", "The first date is after the last one."),
                f"{self.last}..{self.first}",
            )


Window = Ever | InLast | InPeriod | InDates
EVER = Ever()
