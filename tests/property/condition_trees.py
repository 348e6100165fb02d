"""Random conditions for tests: every kind of node, within the language's limits. ``conditions()`` is a strategy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from noren.audience.language import nodes as n
from noren.audience.language import words as w
from noren.audience.language.problems import Wrong

Make = Callable[..., Any]


def numbers(most: int = 10**12 - 1) -> st.SearchStrategy[Decimal]:
    """Return numbers with up to 4 decimals."""
    small = st.integers(0, 200).map(Decimal)
    return small | st.integers(0, min(most, 10**12 - 1) * 10_000).map(lambda parts: Decimal(parts) / 10_000)


def values() -> st.SearchStrategy[str]:
    """Return values: words, digits, keywords, quotes, back-slashes, Japanese, anything that may stand in quotes."""
    letters = st.characters(exclude_categories=["Cc", "Cs"])
    return (
        st.sampled_from(["COFFEE", "コーヒー", "female", "any", "and", "007", "150", 'a"b', "\\", "BEERS/ALES", "x y"])
        | st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
        | st.text(letters, min_size=1, max_size=12)
    )


def windows() -> st.SearchStrategy[n.Window]:
    """Return windows, none included."""
    dates = st.dates(date(1999, 1, 1), date(2030, 12, 31))
    return st.one_of(
        st.just(n.EVER),
        st.builds(n.InLast, st.integers(1, 800) | st.integers(1, 10**12 - 1), st.sampled_from(w.Unit)),
        st.builds(n.InPeriod, st.sampled_from(w.Which), st.sampled_from(w.Period)),
        st.tuples(dates, dates).map(lambda pair: n.InDates(min(pair), max(pair))),
    )


def line_tests() -> st.SearchStrategy[n.Test]:
    """Return tests of lines."""
    attribute = st.sampled_from(w.Attribute)
    hours = st.tuples(st.integers(0, 23), st.integers(0, 23))
    return st.one_of(
        st.just(n.AnyLine()),
        st.builds(n.AttributeIs, attribute, values()),
        st.builds(n.AttributeIsNot, attribute, values()),
        st.builds(n.AttributeIn, attribute, _tuples(values(), 1, 4)),
        st.builds(n.AttributeInList, attribute, values()),
        st.builds(n.WeekdayIn, _tuples(st.sampled_from(w.Weekday), 1, 4)),
        hours.map(lambda pair: n.HourBetween(min(pair), max(pair))),
        st.builds(n.HourIs, cmps(), st.integers(0, 23)),
        st.builds(n.PurchaseTotalIs, cmps(), wholes()),
    )


def line_filters() -> st.SearchStrategy[n.LineFilter]:
    """Return filters without ``together``."""
    return st.recursive(
        line_tests(),
        lambda inner: st.one_of(
            st.builds(n.FilterNot, inner),
            _tuples(inner, 2, 3).map(lambda parts: n.FilterAnd(_flat(parts, n.FilterAnd))),
            _tuples(inner, 2, 3).map(lambda parts: n.FilterOr(_flat(parts, n.FilterOr))),
        ),
        max_leaves=5,
    )


def filters() -> st.SearchStrategy[n.Filter]:
    """Return filters that pick purchases."""
    return line_filters() | st.builds(n.Together, _tuples(line_filters(), 2, 3))


def cmps() -> st.SearchStrategy[w.Cmp]:
    """Return comparisons."""
    return st.sampled_from(w.Cmp)


def wholes() -> st.SearchStrategy[int]:
    """Return whole numbers."""
    return st.integers(0, 400) | st.integers(0, 10**12 - 1)


def counts(window: st.SearchStrategy[n.Window]) -> st.SearchStrategy[n.Count]:
    """Return counts."""
    others = [measure for measure in w.Measure if measure is not w.Measure.VISITS]
    return st.builds(n.Count, st.just(w.Measure.VISITS), filters(), cmps(), numbers(), window) | st.builds(
        n.Count, st.sampled_from(others), line_filters(), cmps(), numbers(), window
    )


def traits() -> st.SearchStrategy[n.Predicate]:
    """Return predicates on traits."""
    trait = st.sampled_from(w.Trait)
    bands = st.tuples(st.integers(0, 16), st.integers(1, 17)).filter(lambda pair: pair[0] < pair[1])
    lower = st.tuples(st.sampled_from([w.Cmp.AT_LEAST, w.Cmp.LESS]), st.integers(0, 17))
    upper = st.tuples(st.sampled_from([w.Cmp.MORE, w.Cmp.AT_MOST]), st.integers(1, 17))
    return st.one_of(
        st.builds(n.TraitIs, trait, values()),
        st.builds(n.TraitIsNot, trait, values()),
        st.builds(n.TraitIn, trait, _tuples(values(), 1, 3)),
        bands.map(lambda pair: n.AgeBetween(5 * pair[0], 5 * pair[1] - 1)),
        lower.map(lambda pair: n.AgeIs(pair[0], 5 * pair[1])),
        upper.map(lambda pair: n.AgeIs(pair[0], 5 * pair[1] - 1)),
        st.builds(n.MemberFor, cmps(), wholes()),
        st.builds(n.BirthMonth, st.none() | st.integers(1, 12)),
        st.builds(n.Reachable, st.sampled_from(w.Channel)),
    )


def purchases() -> st.SearchStrategy[n.Predicate]:
    """Return predicates over purchases."""
    measure = st.sampled_from(w.Measure)
    changing = st.sampled_from(sorted(w.CHANGING))
    return st.one_of(
        counts(windows()),
        st.builds(n.Never, filters(), windows()),
        st.builds(n.DaysSinceLast, filters(), cmps(), wholes()),
        st.builds(n.DaysSinceFirst, filters(), cmps(), wholes()),
        st.builds(n.Overdue, filters(), cmps(), numbers()),
        st.builds(n.Share, line_filters(), line_filters(), cmps(), numbers(), windows()),
        st.builds(n.Change, changing, line_filters(), st.integers(1, 500), cmps(), _signed()),
        st.builds(n.Top, numbers(100).filter(lambda p: 0 < p <= 100), measure, line_filters(), windows()),
        st.builds(_then, filters(), st.booleans(), filters(), st.integers(1, 365), windows()),
        st.builds(n.Every, st.sampled_from(w.Rhythm), st.integers(1, 60), counts(st.just(n.EVER))),
    )


def history() -> st.SearchStrategy[n.Predicate]:
    """Return predicates over what she was sent, her points and the basket in hand."""
    return st.one_of(
        st.builds(n.Received, values(), windows()),
        st.builds(n.Redeemed, values(), windows()),
        st.builds(n.Contacted, windows()),
        st.builds(n.PointsBalance, cmps(), wholes()),
        st.builds(n.PointsExpiring, st.integers(1, 400), cmps(), wholes()),
        st.builds(n.BasketTotal, cmps(), wholes()),
        st.builds(n.BasketHas, filters()),
        st.builds(n.BasketLacks, line_filters()),
    )


def nodes(leaves: st.SearchStrategy[n.Predicate] | None = None, most: int = 8) -> st.SearchStrategy[n.Node]:
    """Return trees over predicates."""
    return st.recursive(
        leaves if leaves is not None else traits() | purchases() | history(),
        lambda inner: st.one_of(
            st.builds(n.Not, inner),
            _tuples(inner, 2, 3).map(lambda parts: n.And(_flat(parts, n.And))),
            _tuples(inner, 2, 3).map(lambda parts: n.Or(_flat(parts, n.Or))),
            _tuples(inner, 1, 4).flatmap(
                lambda parts: st.builds(n.AtLeast, st.integers(1, len(parts)), st.just(parts))
            ),
        ),
        max_leaves=most,
    )


def conditions(leaves: st.SearchStrategy[n.Predicate] | None = None, most: int = 8) -> st.SearchStrategy[n.Condition]:
    """Return whole conditions; those over the language's limits are thrown away."""
    return nodes(leaves, most).map(_within).filter(lambda made: made is not None)  # type: ignore[return-value]


def _within(root: n.Node) -> n.Condition | None:
    try:
        return n.Condition(root)
    except Wrong:
        return None


def _then(first: n.Filter, followed: bool, later: n.Filter, days: int, window: n.Window) -> n.Then:
    try:
        return n.Then(first, followed, later, days, window)
    except Wrong:
        return n.Then(first, followed, later, days)


def _signed() -> st.SearchStrategy[Decimal]:
    return st.tuples(numbers(), st.sampled_from([1, -1])).map(lambda pair: pair[0] * pair[1] if pair[0] else pair[0])


def _tuples(inner: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def _flat(parts: tuple[Any, ...], kind: Any) -> tuple[Any, ...]:
    return tuple(one for part in parts for one in (part.parts if isinstance(part, kind) else (part,)))
