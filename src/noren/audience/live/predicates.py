"""From a predicate over purchases to what it asks: the facts it needs are registered on the way."""

from __future__ import annotations

from typing import Final, assert_never

from noren.audience.language import nodes as n
from noren.audience.language.words import Measure, Rhythm, Unit, Which
from noren.audience.live.asking import (
    Ask,
    AskChange,
    AskDated,
    AskEnough,
    AskEver,
    AskEvery,
    AskLatest,
    AskOverdue,
    AskShare,
    AskSince,
    AskSum,
    Steady,
    steady,
)
from noren.audience.live.facts import Dated, Days, Latest, Met, Ranked, Sums
from noren.audience.live.following import AskFollowed, Followed
from noren.audience.live.hits import LINES, POINTS, SPEND, UNITS, VISITS
from noren.audience.live.literals import both, literals
from noren.audience.live.needing import Register
from noren.audience.live.numbers import FAR, Bounds, bounds, compare, scaled
from noren.audience.live.ranking import AskTop

_SUMMED: Final = {
    Measure.VISITS: VISITS,
    Measure.LINES: LINES,
    Measure.UNITS: UNITS,
    Measure.SPEND: SPEND,
    Measure.POINTS: POINTS,
}
# Whole things that only add up: so many of the latest tell whether there are enough.
_COUNTED: Final = frozenset({Measure.VISITS, Measure.LINES, Measure.UNITS, Measure.DAYS})
_NONE: Final = Bounds(0, 0)


def asks(predicate: n.PurchasePredicate, to: Register) -> Ask:
    """Return what a predicate asks, of facts that the register then knows."""
    match predicate:
        case n.Count(measure, where, cmp, number, window):
            return _count(measure, to.filter(where), bounds(cmp, number), window, to)
        case n.Never(where, window):
            return _count(Measure.VISITS, to.filter(where), _NONE, window, to)
        case n.DaysSinceLast(where, cmp, days) | n.DaysSinceFirst(where, cmp, days):
            place = int(isinstance(predicate, n.DaysSinceLast))
            within = bounds(cmp, days)
            return AskSince((to.fact(Met(to.filter(where))),), place, within, _since(within))
        case n.Overdue(where, cmp, times):
            return AskOverdue((to.fact(Met(to.filter(where))),), compare(cmp), scaled(times))
        case n.Share():
            return _share(predicate, to)
        case n.Change():
            return _change(predicate, to)
        case n.Top():
            return _top(predicate, to)
        case n.Then():
            return _then(predicate, to)
        case n.Every(rhythm, periods, count):
            return _every(rhythm, periods, count, to)
        case _:
            assert_never(predicate)


def ends_today(window: n.Window) -> bool:
    """Whether a window always ends with the as-of's date, so that a day only ever leaves it once."""
    return isinstance(window, n.Ever | n.InLast) or (isinstance(window, n.InPeriod) and window.which is Which.THIS)


def _earlier(window: n.Window, otherwise: Steady) -> Steady:
    """Return that a purchase of today waits for the next period, where the window is the one before."""
    return Steady.WAITING if isinstance(window, n.InPeriod) and window.which is Which.PREVIOUS else otherwise


def _since(within: Bounds) -> Steady:
    """Return that a purchase puts off the day on which enough days have passed, or on which too many have."""
    if within.most == FAR and within.least > 0:
        return Steady.FALSE_WHILE_WAITING
    return Steady.TRUE_WHILE_WAITING if within.least <= 0 else Steady.NONE


def _count(measure: Measure, where: int, within: Bounds, window: n.Window, to: Register) -> Ask:
    if measure is not Measure.DAYS and measure not in _SUMMED:
        return _distinct(measure, where, within, window, to)
    fact = to.fact(Days(where) if measure is Measure.DAYS else Sums(where, _SUMMED[measure]))
    if isinstance(window, n.Ever):
        return AskEver((fact,), within, steady(within, measure in _COUNTED))
    number = to.window(window)
    need = to.needs[fact]
    if measure in _COUNTED and ends_today(window):
        need.bounded.add(number)
        need.enough = max(need.enough, within.enough)
        return AskEnough((fact,), number, within.least, within.most, within.enough, steady(within))
    need.windows.add(number)
    return AskSum((fact,), number, within, _earlier(window, steady(within, measure in _COUNTED)))


def _distinct(measure: Measure, where: int, within: Bounds, window: n.Window, to: Register) -> Ask:
    number = to.window(window)
    if ends_today(window):
        fact = to.fact(Latest(where, measure))
        need = to.needs[fact]
        need.bounded.add(number)
        need.enough = max(need.enough, within.enough)
        return AskLatest((fact,), number, within, steady(within))
    fact = to.fact(Dated(where, measure))
    to.needs[fact].windows.add(number)
    return AskDated((fact,), number, within, _earlier(window, steady(within)))


def _share(share: n.Share, to: Register) -> Ask:
    assert not isinstance(share.part, n.Together), "a share is of lines"
    assert not isinstance(share.whole, n.Together), "a share is of lines"
    whole = literals(share.whole)
    part = both(literals(share.part), whole)
    facts = to.fact(Sums(to.part(part), SPEND)), to.fact(Sums(to.part(whole), SPEND))
    ever = isinstance(share.window, n.Ever)
    number = to.window(share.window)
    if not ever:
        for fact in facts:
            to.needs[fact].windows.add(number)
    return AskShare(facts, number, ever, compare(share.cmp), scaled(share.percent))


def _change(change: n.Change, to: Register) -> Ask:
    where = to.filter(change.filter)
    fact = to.fact(Days(where) if change.measure is Measure.DAYS else Sums(where, _SUMMED[change.measure]))
    to.needs[fact].windows.add(to.window(n.InLast(2 * change.days, Unit.DAY)))
    return AskChange((fact,), change.days, compare(change.cmp), scaled(change.percent))


def _top(top: n.Top, to: Register) -> Ask:
    of = None if top.measure in _SUMMED else str(top.measure)
    ever = isinstance(top.window, n.Ever)
    fact = to.fact(Ranked(to.filter(top.filter), _SUMMED.get(top.measure, VISITS), of, ever))
    number = to.window(top.window)
    if not ever:
        to.needs[fact].ranked.add(number)
    return AskTop((fact,), number, ever, of is not None, to.top(top))


def _then(then: n.Then, to: Register) -> Ask:
    first, later = to.filter(then.first), to.filter(then.later)
    fact = to.fact(Followed(first, later, then.followed, then.days, ends_today(then.window)))
    number = to.window(then.window)
    to.needs[fact].windows.add(number)
    # Another purchase may be what it waited for.
    lasting = Steady.TRUE if then.followed else Steady.NONE
    return AskFollowed((fact,), number, then.followed, then.days, lasting)


def _every(rhythm: Rhythm, periods: int, count: n.Count, to: Register) -> Ask:
    axis = 1 if rhythm is Rhythm.WEEK else 2
    distinct = count.measure not in _SUMMED
    where = to.filter(count.filter)
    fact = to.fact(Dated(where, count.measure, axis) if distinct else Sums(where, _SUMMED[count.measure], axis))
    need = to.needs[fact]
    need.periods = max(need.periods, periods)
    return AskEvery((fact,), axis, periods, bounds(count.cmp, count.number), distinct)
