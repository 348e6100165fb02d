"""From what the grammar read to predicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from noren.audience.language.algebra import Predicate, Windowed
from noren.audience.language.building_filters import FilterBuilder
from noren.audience.language.filters import AnyLine
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
from noren.audience.language.problems import Wrong
from noren.audience.language.site import Branch, Site, branch, kids, leaf, only, whole
from noren.audience.language.tokens import unquoted
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
from noren.audience.language.windows import Window
from noren.audience.language.words import Channel, Cmp, Measure, Rhythm, Trait
from noren.audience.language.writing import spell
from noren.kernel.say import Say

_INSTEAD: Final = Contacted()
_COUNT_INSTEAD: Final = Count(Measure.VISITS, AnyLine(), Cmp.AT_LEAST, Decimal(1))
_MISPLACED: Final = Say(
    "期間は、数との比較の後に書きます。", "A window stands after the comparison with a number, at the predicate's end."
)
_NONE_HERE: Final = Say("この条件には期間を付けられません。", "This predicate takes no window.")


class PredicateBuilder:
    """Builds predicates; a window that stands in the wrong place is told of, and where it belongs."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.filters = FilterBuilder(site)

    def predicate(self, tree: Branch) -> Predicate:
        """Return the predicate that a rule read."""
        self.filters.strays.clear()
        before = len(self._site.problems)
        made = self._RULES[str(tree.data)](self, tree)
        for window, where in tuple(self.filters.strays):
            clean = len(self._site.problems) == before
            self._misplaced(made if clean else None, window, where)
        return made

    def _misplaced(self, made: Predicate | None, window: Window, where: Branch) -> None:
        if made is None:
            self._site.note("window-misplaced", where, _MISPLACED)
        elif isinstance(made, Windowed):
            self._site.note("window-misplaced", where, _MISPLACED, _with_window(made, window))
        else:
            self._site.note("window-not-here", where, _NONE_HERE, spell(made))

    def _make(self, made: Callable[..., Predicate], tree: Branch, places: dict[str, Any], **fields: Any) -> Predicate:
        return self._site.make(made, _INSTEAD, tree, places, **fields)

    def _early(self, window: Any) -> None:
        """Set a window aside that stands before the comparison."""
        if window is not None:
            self.filters.strays.append((self.filters.window(window), branch(window)))

    def _trait_is(self, tree: Branch) -> Predicate:
        return self._trait(TraitIs, tree, value=self.filters.value(kids(tree)[1]))

    def _trait_is_not(self, tree: Branch) -> Predicate:
        return self._trait(TraitIsNot, tree, value=self.filters.value(kids(tree)[1]))

    def _trait_in(self, tree: Branch) -> Predicate:
        return self._trait(TraitIn, tree, values=tuple(map(self.filters.value, kids(tree)[1:])))

    def _trait(self, made: Callable[..., Predicate], tree: Branch, **fields: Any) -> Predicate:
        places: dict[str, Any] = dict.fromkeys(("value", "values"), kids(tree)[1])
        return self._make(made, tree, places, trait=Trait(only(kids(tree)[0])), **fields)

    def _age_between(self, tree: Branch) -> Predicate:
        first, last = kids(tree)
        return self._make(AgeBetween, tree, {"first": first, "last": last}, first=whole(first), last=whole(last))

    def _age_is(self, tree: Branch) -> Predicate:
        cmp, years = kids(tree)
        return self._make(AgeIs, tree, {"years": years}, cmp=Cmp(only(cmp)), years=whole(years))

    def _member_for(self, tree: Branch) -> Predicate:
        cmp, days = kids(tree)
        return self._make(MemberFor, tree, {"days": days}, cmp=Cmp(only(cmp)), days=whole(days))

    def _birth_month(self, tree: Branch) -> Predicate:
        month = leaf(kids(tree)[0])
        return self._make(BirthMonth, tree, {"month": month}, month=None if month == "this" else whole(month))

    def _reachable(self, tree: Branch) -> Predicate:
        return Reachable(Channel(leaf(kids(tree)[0])))

    def _count(self, tree: Branch) -> Count:
        measure, inner, window, cmp, number = kids(tree)
        self._early(window)
        return self._site.make(
            Count,
            _COUNT_INSTEAD,
            tree,
            {"filter": inner, "number": number},
            measure=Measure(only(measure)),
            filter=self.filters.filter(inner),
            cmp=Cmp(only(cmp)),
            number=Decimal(only(number)),
        )

    def _never(self, tree: Branch) -> Predicate:
        return Never(self.filters.filter(kids(tree)[0]))

    def _since_last(self, tree: Branch) -> Predicate:
        return self._since(DaysSinceLast, tree)

    def _since_first(self, tree: Branch) -> Predicate:
        return self._since(DaysSinceFirst, tree)

    def _since(self, made: Callable[..., Predicate], tree: Branch) -> Predicate:
        inner, window, cmp, days = kids(tree)
        self._early(window)
        fields = {"filter": self.filters.filter(inner), "cmp": Cmp(only(cmp)), "days": whole(days)}
        return self._make(made, tree, {"days": days}, **fields)

    def _overdue(self, tree: Branch) -> Predicate:
        inner, window, cmp, times = kids(tree)
        self._early(window)
        fields = {"filter": self.filters.filter(inner), "cmp": Cmp(only(cmp)), "times": Decimal(only(times))}
        return self._make(Overdue, tree, {"times": times}, **fields)

    def _share(self, tree: Branch) -> Predicate:
        part, all_of, window, cmp, percent = kids(tree)
        self._early(window)
        return self._make(
            Share,
            tree,
            {"part": part, "whole": all_of, "percent": percent},
            part=self.filters.filter(part),
            whole=self.filters.filter(all_of),
            cmp=Cmp(only(cmp)),
            percent=Decimal(only(percent)),
        )

    def _change(self, tree: Branch) -> Predicate:
        measure, inner, days, window, cmp, minus, number = kids(tree)
        self._early(window)
        percent = Decimal(only(number))
        return self._make(
            Change,
            tree,
            {"measure": measure, "filter": inner, "days": days, "percent": number},
            measure=Measure(only(measure)),
            filter=self.filters.filter(inner),
            days=whole(days),
            cmp=Cmp(only(cmp)),
            percent=-percent if minus is not None and percent else percent,
        )

    def _top(self, tree: Branch) -> Predicate:
        percent, measure, inner = kids(tree)
        fields = {"measure": Measure(only(measure)), "filter": self.filters.filter(inner)}
        return self._make(Top, tree, {"percent": percent, "filter": inner}, percent=Decimal(only(percent)), **fields)

    def _then(self, tree: Branch) -> Predicate:
        first, negated, later, days = kids(tree)
        return self._make(
            Then,
            tree,
            {"days": days},
            first=self.filters.filter(first),
            followed=negated is None,
            later=self.filters.filter(later),
            days=whole(days),
        )

    def _every(self, tree: Branch) -> Predicate:
        rhythm, periods, count, window = kids(tree)
        inner = self._count(branch(count))
        self._early(window)
        fields = {"rhythm": Rhythm(leaf(rhythm)), "periods": whole(periods), "count": inner}
        return self._make(Every, tree, {"periods": periods}, **fields)

    def _received(self, tree: Branch) -> Predicate:
        campaign = leaf(kids(tree)[0])
        return self._make(Received, tree, {"campaign": campaign}, campaign=unquoted(campaign))

    def _redeemed(self, tree: Branch) -> Predicate:
        campaign = leaf(kids(tree)[0])
        return self._make(Redeemed, tree, {"campaign": campaign}, campaign=unquoted(campaign))

    def _contacted(self, _tree: Branch) -> Predicate:
        return Contacted()

    def _points_balance(self, tree: Branch) -> Predicate:
        cmp, points = kids(tree)
        return PointsBalance(Cmp(only(cmp)), whole(points))

    def _points_expiring(self, tree: Branch) -> Predicate:
        days, cmp, points = kids(tree)
        fields = {"days": whole(days), "cmp": Cmp(only(cmp)), "points": whole(points)}
        return self._make(PointsExpiring, tree, {"days": days}, **fields)

    def _basket_total(self, tree: Branch) -> Predicate:
        cmp, amount = kids(tree)
        return BasketTotal(Cmp(only(cmp)), whole(amount))

    def _basket_has(self, tree: Branch) -> Predicate:
        return BasketHas(self.filters.filter(kids(tree)[0]))

    def _basket_lacks(self, tree: Branch) -> Predicate:
        inner = kids(tree)[0]
        return self._make(BasketLacks, tree, {"filter": inner}, filter=self.filters.filter(inner))

    _RULES: Final[dict[str, Callable[[PredicateBuilder, Branch], Predicate]]] = {
        "trait_is": _trait_is,
        "trait_is_not": _trait_is_not,
        "trait_in": _trait_in,
        "age_between": _age_between,
        "age_is": _age_is,
        "member_for": _member_for,
        "birth_month": _birth_month,
        "reachable": _reachable,
        "count": _count,
        "never": _never,
        "since_last": _since_last,
        "since_first": _since_first,
        "overdue": _overdue,
        "share": _share,
        "change": _change,
        "top": _top,
        "then": _then,
        "every": _every,
        "received": _received,
        "redeemed": _redeemed,
        "contacted": _contacted,
        "points_balance": _points_balance,
        "points_expiring": _points_expiring,
        "basket_total": _basket_total,
        "basket_has": _basket_has,
        "basket_lacks": _basket_lacks,
    }


def _with_window(made: Windowed, window: Window) -> str | None:
    try:
        return spell(replace(made, window=window))
    except Wrong:
        return None
