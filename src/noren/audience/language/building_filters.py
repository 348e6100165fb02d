"""From what the grammar read to filters and windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from lark import Token

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
    LineFilter,
    PurchaseTotalIs,
    Test,
    Together,
    WeekdayIn,
)
from noren.audience.language.site import Branch, Site, branch, kids, leaf, only, whole
from noren.audience.language.tokens import unquoted
from noren.audience.language.windows import EVER, InDates, InLast, InPeriod, Window
from noren.audience.language.words import Attribute, Cmp, Period, Unit, Weekday, Which
from noren.kernel.say import Say

_VALUED: Final = frozenset({"attribute_is", "attribute_is_not", "attribute_in"})
_ALONE: Final = Say(
    "together は、かっこの中でそれだけを書きます。and・or・not や別の together とは組み合わせられません。",
    "together stands alone as a whole filter: it is not combined with and, or, not or another together.",
)


class FilterBuilder:
    """Builds filters. Windows that stand within one are set aside in ``strays``, for the predicate to tell of."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.strays: list[tuple[Window, Branch]] = []

    def filter(self, tree: Any) -> Filter:
        """Return a whole filter."""
        found = branch(kids(branch(tree))[0])
        alone = _alone(found)
        if alone is None:
            return self._either(found)
        parts = tuple(self._either(branch(part)) for part in kids(alone)[1:])
        return Together(parts)

    def window(self, tree: Any) -> Window:
        """Return a window; EVER where it can not be built."""
        found = branch(tree)
        match found.data:
            case "in_last":
                count, unit = leaf(kids(found)[0]), Unit(only(kids(found)[1]).removesuffix("s"))
                return self._site.make(InLast, EVER, count, {}, count=whole(count), unit=unit)
            case "in_period":
                word = only(kids(found)[1])
                period = Period.FISCAL_YEAR if word == "fiscal" else Period(word)
                return InPeriod(Which(leaf(kids(found)[0])), period)
            case "in_dates":
                first, last = (date.fromisoformat(leaf(child)) for child in kids(found))
                return self._site.make(InDates, EVER, found, {}, first=first, last=last)
            case _:
                return EVER

    def _either(self, tree: Branch) -> LineFilter:
        parts: list[LineFilter] = []
        for part in (self._all(branch(child)) for child in kids(tree)):
            parts.extend(part.parts if isinstance(part, FilterOr) else [part])
        return parts[0] if len(parts) == 1 else FilterOr(tuple(parts))

    def _all(self, tree: Branch) -> LineFilter:
        parts: list[LineFilter] = []
        for part in (self._term(branch(child)) for child in kids(tree)):
            parts.extend(part.parts if isinstance(part, FilterAnd) else [part])
        return parts[0] if len(parts) == 1 else FilterAnd(tuple(parts))

    def _term(self, tree: Branch) -> LineFilter:
        match tree.data:
            case "fnot":
                return FilterNot(self._term(branch(kids(tree)[1])))
            case "fgroup":
                return self._either(branch(kids(tree)[1]))
            case "together":
                self._site.note("together-not-here", leaf(kids(tree)[0]), _ALONE)
                return AnyLine()
            case _:
                return self._tested(tree)

    def _tested(self, tree: Branch) -> LineFilter:
        test, window = kids(tree)
        if window is not None:
            self.strays.append((self.window(window), branch(window)))
        found = branch(test)
        values = [child for child in kids(found)[1:] if branch(child).data == "value"] if found.data in _VALUED else []
        self._site.tests.append(tuple(self._site.place(where) for where in values or [found]))
        return self._TESTS[str(found.data)](self, found)

    def _any(self, _tree: Branch) -> Test:
        return AnyLine()

    def _is(self, tree: Branch) -> Test:
        return self._attribute(AttributeIs, tree, value=self.value(kids(tree)[1]))

    def _is_not(self, tree: Branch) -> Test:
        return self._attribute(AttributeIsNot, tree, value=self.value(kids(tree)[1]))

    def _in(self, tree: Branch) -> Test:
        return self._attribute(AttributeIn, tree, values=tuple(map(self.value, kids(tree)[1:])))

    def _in_list(self, tree: Branch) -> Test:
        return self._attribute(AttributeInList, tree, name=unquoted(leaf(kids(tree)[1])))

    def _attribute(self, made: Callable[..., Test], tree: Branch, **fields: Any) -> Test:
        places: dict[str, Any] = dict.fromkeys(("value", "values", "name"), kids(tree)[1])
        attribute = Attribute(only(kids(tree)[0]))
        return self._site.make(made, AnyLine(), tree, places, attribute=attribute, **fields)

    def _weekday_in(self, tree: Branch) -> Test:
        return WeekdayIn(tuple(Weekday(only(day)) for day in kids(tree)))

    def _hour_between(self, tree: Branch) -> Test:
        first, last = kids(tree)
        places = {"first": first, "last": last}
        return self._site.make(HourBetween, AnyLine(), tree, places, first=whole(first), last=whole(last))

    def _hour_is(self, tree: Branch) -> Test:
        cmp, hour = kids(tree)
        return self._site.make(HourIs, AnyLine(), leaf(hour), {}, cmp=Cmp(only(cmp)), hour=whole(hour))

    def _purchase_total(self, tree: Branch) -> Test:
        cmp, amount = kids(tree)
        return PurchaseTotalIs(Cmp(only(cmp)), whole(amount))

    @staticmethod
    def value(tree: Any) -> str:
        """Return what a VALUE says."""
        token = only(tree)
        return unquoted(token) if token.type == "STRING" else str(token)

    _TESTS: Final[dict[str, Callable[[FilterBuilder, Branch], Test]]] = {
        "any_line": _any,
        "attribute_is": _is,
        "attribute_is_not": _is_not,
        "attribute_in": _in,
        "attribute_in_list": _in_list,
        "weekday_in": _weekday_in,
        "hour_between": _hour_between,
        "hour_is": _hour_is,
        "purchase_total": _purchase_total,
    }


def _alone(tree: Branch) -> Branch | None:
    """Return the ``together`` that is all that a filter holds."""
    if len(kids(tree)) != 1:
        return None
    conj = branch(kids(tree)[0])
    if len(kids(conj)) != 1:
        return None
    term = branch(kids(conj)[0])
    return term if term.data == "together" and not isinstance(term, Token) else None
