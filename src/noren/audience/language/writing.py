"""From tree to text. The canonical text has one form per tree, and reads back as that very tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, assert_never

from noren.audience.language.algebra import And, AtLeast, Node, Not, Or, Predicate
from noren.audience.language.filters import (
    AnyLine,
    AttributeIn,
    AttributeInList,
    AttributeIs,
    AttributeIsNot,
    Filter,
    FilterAnd,
    FilterNot,
    FilterOr,
    HourBetween,
    HourIs,
    PurchaseTotalIs,
    Together,
    WeekdayIn,
)
from noren.audience.language.limits import CHARACTERS, DIGITS
from noren.audience.language.predicates import (
    BasketHas,
    BasketLacks,
    BasketTotal,
    Change,
    Contacted,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Every,
    Never,
    Overdue,
    PointsBalance,
    PointsExpiring,
    Received,
    Redeemed,
    Share,
    Then,
    Top,
)
from noren.audience.language.traits import (
    AgeBetween,
    AgeIs,
    BirthMonth,
    MemberFor,
    Reachable,
    TraitIn,
    TraitIs,
    TraitIsNot,
)
from noren.audience.language.windows import Ever, InDates, InLast, InPeriod, Window
from noren.audience.language.words import KEYWORDS

_BARE: Final = re.compile(rf"[a-z_][a-z0-9_]*|[0-9]{{1,{DIGITS}}}")
_NO_SPACE_BEFORE: Final = frozenset({")", ",", "%", ".."})
_NO_SPACE_AFTER: Final = frozenset({"..", "-"})

Part = Node | Filter | Window


def text_of(part: Part) -> str:
    """Return the canonical text: spaced for reading, or without any needless sign where that would be too long."""
    spaced = spell(part)
    return spaced if len(spaced) <= CHARACTERS else squeeze(part)


def spell(part: Part) -> str:
    """Return the text spaced for reading, whatever its length."""
    out: list[str] = []
    for token in _Writer(tight=False).tokens(part):
        if out and _is_apart(out[-1], token):
            out.append(" ")
        out.append(token)
    return "".join(out)


def squeeze(part: Part) -> str:
    """Return the shortest text there is for this tree."""
    out: list[str] = []
    for token in _Writer(tight=True).tokens(part):
        if out and _would_join(out[-1], token):
            out.append(" ")
        out.append(token)
    return "".join(out)


def number_text(number: Decimal) -> str:
    """Return a number as the language writes it: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quoted(text: str) -> str:
    """Return a value in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def bare(text: str) -> str:
    """Return a value without quotes where the language allows it."""
    return text if _BARE.fullmatch(text) and text not in KEYWORDS else quoted(text)


def _is_apart(before: str, token: str) -> bool:
    return not (before.endswith("(") or before in _NO_SPACE_AFTER or token in _NO_SPACE_BEFORE)


def _would_join(before: str, token: str) -> bool:
    if not (_is_wordy(before[-1]) and _is_wordy(token[0])):
        return False
    return not (before[0].isdigit() and not token[0].isdigit())


def _is_wordy(sign: str) -> bool:
    return sign == "_" or (sign.isascii() and sign.isalnum())


class _Writer:
    """Makes the tokens; ``tight`` leaves out quotes and plurals where that is shorter."""

    def __init__(self, tight: bool) -> None:
        self._tight = tight

    def tokens(self, part: Part) -> Iterator[str]:
        match part:
            case Not() | And() | Or() | AtLeast():
                return self._algebra(part)
            case FilterNot() | FilterAnd() | FilterOr() | Together():
                return self._filter_algebra(part)
            case AnyLine() | AttributeIs() | AttributeIsNot() | AttributeIn() | AttributeInList():
                return self._attribute(part)
            case WeekdayIn() | HourBetween() | HourIs() | PurchaseTotalIs():
                return self._moment(part)
            case Ever() | InLast() | InPeriod() | InDates():
                return self._window(part)
            case _:
                return self._predicate(part)

    def _predicate(self, part: Predicate) -> Iterator[str]:
        match part:
            case TraitIs() | TraitIsNot() | TraitIn() | AgeBetween() | AgeIs():
                return self._trait(part)
            case MemberFor() | BirthMonth() | Reachable():
                return self._standing(part)
            case Count() | Never() | DaysSinceLast() | DaysSinceFirst() | Overdue():
                return self._simple(part)
            case Share() | Change() | Top() | Then() | Every():
                return self._compared(part)
            case Received() | Redeemed() | Contacted() | PointsBalance() | PointsExpiring():
                return self._history(part)
            case BasketTotal() | BasketHas() | BasketLacks():
                return self._basket(part)
            case _:
                assert_never(part)

    def _algebra(self, node: Not | And | Or | AtLeast) -> Iterator[str]:
        match node:
            case Not(part):
                yield "not"
                yield from self._grouped(part, isinstance(part, And | Or))
            case And(parts):
                yield from self._joined("and", parts, Or)
            case Or(parts):
                yield from self._joined("or", parts)
            case AtLeast(count, parts):
                yield from ("at", "least", str(count), "of", "(")
                yield from self._joined(",", parts)
                yield ")"

    def _filter_algebra(self, part: FilterNot | FilterAnd | FilterOr | Together) -> Iterator[str]:
        match part:
            case FilterNot(inner):
                yield "not"
                yield from self._grouped(inner, isinstance(inner, FilterAnd | FilterOr))
            case FilterAnd(parts):
                yield from self._joined("and", parts, FilterOr)
            case FilterOr(parts):
                yield from self._joined("or", parts)
            case Together(parts):
                yield "together("
                yield from self._joined(",", parts)
                yield ")"

    def _joined(self, word: str, parts: Iterable[Part], looser: type[Or | FilterOr] | None = None) -> Iterator[str]:
        for place, part in enumerate(parts):
            if place:
                yield word
            yield from self._grouped(part, looser is not None and isinstance(part, looser))

    def _grouped(self, part: Part, needed: bool) -> Iterator[str]:
        if needed:
            yield "("
        yield from self.tokens(part)
        if needed:
            yield ")"

    def _attribute(self, test: AnyLine | AttributeIs | AttributeIsNot | AttributeIn | AttributeInList) -> Iterator[str]:
        match test:
            case AnyLine():
                yield "any"
            case AttributeIs(attribute, value):
                yield from (attribute.value, "=", self._value(value))
            case AttributeIsNot(attribute, value):
                yield from (attribute.value, "!=", self._value(value))
            case AttributeIn(attribute, values):
                yield from (attribute.value, "in")
                yield from _listed(self._value(value) for value in values)
            case AttributeInList(attribute, name):
                yield from (attribute.value, "in", "list", quoted(name))

    def _moment(self, test: WeekdayIn | HourBetween | HourIs | PurchaseTotalIs) -> Iterator[str]:
        match test:
            case WeekdayIn(days):
                yield from ("weekday", "in")
                yield from _listed(day.value for day in days)
            case HourBetween(first, last):
                yield from ("hour", str(first), "..", str(last))
            case HourIs(cmp, hour):
                yield from ("hour", cmp.value, str(hour))
            case PurchaseTotalIs(cmp, amount):
                yield from ("basket_total", cmp.value, str(amount))

    def _window(self, window: Window) -> Iterator[str]:
        match window:
            case Ever():
                return
            case InLast(count, unit):
                plural = "" if count == 1 or self._tight else "s"
                yield from ("in", "last", str(count), f"{unit}{plural}")
            case InPeriod(which, period):
                yield from ("in", which.value, *period.split())
            case InDates(first, last):
                yield from ("in", first.isoformat(), "..", last.isoformat())

    def _trait(self, trait: TraitIs | TraitIsNot | TraitIn | AgeBetween | AgeIs) -> Iterator[str]:
        match trait:
            case TraitIs(name, value):
                yield from (name.value, "=", bare(value))
            case TraitIsNot(name, value):
                yield from (name.value, "!=", bare(value))
            case TraitIn(name, values):
                yield from (name.value, "in")
                yield from _listed(bare(value) for value in values)
            case AgeBetween(first, last):
                yield from ("age", str(first), "..", str(last))
            case AgeIs(cmp, years):
                yield from ("age", cmp.value, str(years))

    def _standing(self, trait: MemberFor | BirthMonth | Reachable) -> Iterator[str]:
        match trait:
            case MemberFor(cmp, days):
                yield from ("member_for", cmp.value, str(days), "days")
            case BirthMonth(month):
                yield from ("birth_month", "=", "this" if month is None else str(month))
            case Reachable(channel):
                yield from ("reachable", "by", channel.value)

    def _simple(self, part: Count | Never | DaysSinceLast | DaysSinceFirst | Overdue) -> Iterator[str]:
        match part:
            case Count(measure, inner, cmp, number, window):
                yield f"{measure}("
                yield from (*self.tokens(inner), ")", cmp.value, number_text(number), *self.tokens(window))
            case Never(inner, window):
                yield from ("never(", *self.tokens(inner), ")", *self.tokens(window))
            case DaysSinceLast(inner, cmp, days):
                yield from ("days_since_last(", *self.tokens(inner), ")", cmp.value, str(days))
            case DaysSinceFirst(inner, cmp, days):
                yield from ("days_since_first(", *self.tokens(inner), ")", cmp.value, str(days))
            case Overdue(inner, cmp, times):
                yield from ("overdue(", *self.tokens(inner), ")", cmp.value, number_text(times))

    def _compared(self, part: Share | Change | Top | Then | Every) -> Iterator[str]:
        match part:
            case Share(some, whole, cmp, percent, window):
                yield from ("share(", *self.tokens(some), "of", *self.tokens(whole), ")")
                yield from (cmp.value, number_text(percent), "%", *self.tokens(window))
            case Change(measure, inner, days, cmp, percent):
                yield from ("change(", f"{measure}(", *self.tokens(inner), ")", ",", str(days), "days", ")", cmp.value)
                yield from (*(("-",) if percent < 0 else ()), number_text(abs(percent)), "%")
            case Top(percent, measure, inner, window):
                yield from ("top", number_text(percent), "%", "by", f"{measure}(", *self.tokens(inner), ")")
                yield from self.tokens(window)
            case Then(first, followed, later, days, window):
                yield from ("bought", "(", *self.tokens(first), ")", *(() if followed else ("not",)), "followed", "by")
                yield from ("(", *self.tokens(later), ")", "within", str(days), "days", *self.tokens(window))
            case Every(rhythm, periods, count):
                yield from ("every", rhythm.value, "for", str(periods), "(", *self.tokens(count), ")")

    def _history(self, part: Received | Redeemed | Contacted | PointsBalance | PointsExpiring) -> Iterator[str]:
        match part:
            case Received(campaign, window):
                yield from ("received(", quoted(campaign), ")", *self.tokens(window))
            case Redeemed(campaign, window):
                yield from ("redeemed(", quoted(campaign), ")", *self.tokens(window))
            case Contacted(window):
                yield from ("contacted", *self.tokens(window))
            case PointsBalance(cmp, points):
                yield from ("points_balance", cmp.value, str(points))
            case PointsExpiring(days, cmp, points):
                yield from ("points_expiring(", str(days), "days", ")", cmp.value, str(points))

    def _basket(self, part: BasketTotal | BasketHas | BasketLacks) -> Iterator[str]:
        match part:
            case BasketTotal(cmp, amount):
                yield from ("basket", "total", cmp.value, str(amount))
            case BasketHas(inner):
                yield from ("basket", "has", "(", *self.tokens(inner), ")")
            case BasketLacks(inner):
                yield from ("basket", "lacks", "(", *self.tokens(inner), ")")

    def _value(self, value: str) -> str:
        return bare(value) if self._tight else quoted(value)


def _listed(values: Iterable[str]) -> Iterator[str]:
    yield "("
    for place, value in enumerate(values):
        if place:
            yield ","
        yield value
    yield ")"
