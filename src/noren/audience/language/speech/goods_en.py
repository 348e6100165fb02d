"""Filters and windows in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.wording import Wording
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute, Cmp, Weekday, Which

_DAYS: Final = dict(
    zip(Weekday, ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"], strict=True)
)
# One word, or words in capitals; anything else could read on: “COFFEE on 99 visits”.
_PLAIN: Final = re.compile(r"[^\W_][\w/&.+-]*( [A-Z0-9/&.+-]+)*")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
HOURS: Final = {
    Cmp.AT_LEAST: "from {:02}:00",
    Cmp.MORE: "after {:02}:59",
    Cmp.EXACTLY: "from {0:02}:00 to {0:02}:59",
    Cmp.AT_MOST: "until {:02}:59",
    Cmp.LESS: "before {:02}:00",
}
AMOUNTS: Final = {
    Cmp.AT_LEAST: "{} or more",
    Cmp.MORE: "more than {}",
    Cmp.EXACTLY: "exactly {}",
    Cmp.AT_MOST: "{} or less",
    Cmp.LESS: "less than {}",
}


@dataclass(frozen=True, slots=True)
class Goods:
    """What was bought, and the words on where and when, each with its leading blank."""

    what: str = ""
    around: str = ""

    def bought(self) -> str:
        """Return the words after ``bought``."""
        return f"{self.what or 'something'}{self.around}"

    def buy(self) -> str:
        """Return the words after ``did not buy``."""
        return f"{self.what or 'anything'}{self.around}"

    def after(self, preposition: str) -> str:
        """Return the words after a noun such as ``spending``, with their leading blank."""
        return f" {preposition} {self.what}{self.around}" if self.what else self.around


def during(window: n.Window) -> str:
    """Return a window with its leading blank."""
    match window:
        case n.Ever():
            return " so far"
        case n.InLast(1, unit):
            return f" in the last {unit}"
        case n.InLast(count, unit):
            return f" in the last {count} {unit}s"
        case n.InPeriod(which, period):
            return f" this {period}" if which is Which.THIS else f" in the previous {period}"
        case n.InDates(first, last):
            return f" from {_day(first)} to {_day(last)}"


def named(value: str) -> str:
    """Return a value as a name in a sentence, in quotes where it could be taken for a part of the sentence."""
    return value if _PLAIN.fullmatch(value) else f"“{value}”"


def unit_days(days: int) -> str:
    """Return a number of days."""
    return f"{days:,} day{'' if days == 1 else 's'}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def goods(filter: n.Filter, wording: Wording) -> Goods:  # noqa: A002 - the glossary's word
    """Return a filter as goods, places and times."""
    match filter:
        case n.AnyLine():
            return Goods()
        case n.Together(parts):
            return Goods(" and ".join(goods(part, wording).bought() for part in parts), " together")
        case n.FilterAnd(parts):
            return _all(parts, wording)
        case _:
            return _all((filter,), wording)


def _all(parts: tuple[n.LineFilter, ...], wording: Wording) -> Goods:
    around = [part for part in parts if _is_around(part)]
    whats = [part for part in parts if part not in around and not isinstance(part, n.AnyLine)]
    what = _together(whats, wording)
    what = f"something {what}" if what.startswith("other than") else what
    about = any(getattr(test, "attribute", None) in PRODUCT_ATTRIBUTES for part in whats for test in n.tests(part))
    if whats and not about:
        return Goods("", f" {what}" + "".join(f" {_circumstance(part, wording)}" for part in around))
    return Goods(what, "".join(f" {_circumstance(part, wording)}" for part in around))


def _together(parts: Sequence[n.LineFilter], wording: Wording) -> str:
    """Return tests that hold of one line: ``category COFFEE with brand Private``."""
    out = ""
    for part in parts:
        text = _wrapped(part, wording, n.FilterOr)
        joint = "" if not out else " " if text.startswith("other than") else " with "
        out = f"{out}{joint}{text}"
    return out


def _is_around(part: n.LineFilter) -> bool:
    if isinstance(part, n.AttributeIs | n.AttributeIn | n.AttributeInList):
        return part.attribute not in PRODUCT_ATTRIBUTES
    return isinstance(part, n.WeekdayIn | n.HourBetween | n.HourIs | n.PurchaseTotalIs)


def _circumstance(part: n.LineFilter, wording: Wording) -> str:
    match part:
        case n.WeekdayIn(days):
            return f"on {_either([_DAYS[day] for day in days])}"
        case n.HourBetween(first, last):
            return f"from {first:02}:00 to {last:02}:59"
        case n.HourIs(cmp, hour):
            return HOURS[cmp].format(hour)
        case n.PurchaseTotalIs(cmp, amount):
            return f"in purchases of {AMOUNTS[cmp].format(wording.money(amount, 'en'))}"
        case _:
            return f"at {_modifier(part, wording)}"


def _modifier(part: n.LineFilter, wording: Wording) -> str:
    match part:
        case n.AnyLine():
            return "anything"
        case n.FilterAnd(parts):
            return _together(parts, wording)
        case n.FilterOr(parts):
            return " or ".join(_modifier(one, wording) for one in parts)
        case n.FilterNot(inner):
            return f"other than {_wrapped(inner, wording, n.FilterAnd, n.FilterOr)}"
        case n.AttributeIs(attribute, value):
            return f"{_label(attribute)} {named(value)}"
        case n.AttributeIsNot(attribute, value):
            return f"other than {_label(attribute)} {named(value)}"
        case n.AttributeIn(attribute, values):
            return f"{_label(attribute)} {_either([named(value) for value in values])}"
        case n.AttributeInList(attribute, name):
            return f"{_label(attribute)} of the list {named(name)}"
        case _:
            return _circumstance(part, wording)


def _wrapped(part: n.LineFilter, wording: Wording, *kinds: type) -> str:
    text = _modifier(part, wording)
    return f"({text})" if isinstance(part, kinds) else text


def _label(attribute: Attribute) -> str:
    return attribute.value


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
