"""When a member was last heard of, to the day, and whether she is to be erased as dormant: one sealed text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_NONE: Final = "-"
_ENDED: Final = "x"


@dataclass(frozen=True, slots=True)
class Seen:
    """``day``: when she last signed in, chose, asked, or had a card changed (None: not since days are kept).

    ``erased_on``: the day on which she goes as dormant. ``ended``: that was called off; her page says so until then.
    """

    day: date | None = None
    erased_on: date | None = None
    ended: bool = False

    @property
    def goes_on(self) -> date | None:
        """The day on which she goes; None where she does not."""
        return None if self.ended else self.erased_on

    def as_of(self, today: date) -> Seen:
        """Return what is told today: of what was called off nothing is said any more once its day has come."""
        return Seen(self.day) if self.ended and self.erased_on is not None and self.erased_on <= today else self

    def heard(self, today: date) -> Seen:
        """Return the same when she is heard of: whatever was to happen to her is called off."""
        return self.called_off(today, today)

    def called_off(self, day: date | None, today: date) -> Seen:
        """Return the same with nothing to happen; what was to happen is remembered until its day."""
        planned = self.erased_on if self.erased_on is not None and self.erased_on > today else None
        return Seen(day, planned, planned is not None)


def first_of_month_after(today: date, days: int) -> date:
    """Return the first day of a month that is at least so many days ahead: days of erasure are days of a look."""
    ahead = today + timedelta(days=days)
    return ahead if ahead.day == 1 else (ahead.replace(day=1) + timedelta(days=32)).replace(day=1)


def text_of(seen: Seen) -> str | None:
    """Return what is sealed; None where there is nothing to say."""
    if seen == Seen():
        return None
    said = [_NONE if seen.day is None else seen.day.isoformat()]
    if seen.erased_on is not None:
        said += [seen.erased_on.isoformat(), *([_ENDED] if seen.ended else [])]
    return " ".join(said)


def seen_from(text: str | None) -> Seen:
    """Return what :func:`text_of` wrote."""
    if not text:
        return Seen()
    day, *rest = text.split()
    planned = date.fromisoformat(rest[0]) if rest else None
    return Seen(None if day == _NONE else date.fromisoformat(day), planned, _ENDED in rest)
