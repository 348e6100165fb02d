"""Predicates over what is given with the question: traits (true, false or unknown), messages, coupons and points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from operator import attrgetter
from typing import Any, Final, assert_never

from noren.audience.language import nodes as n
from noren.audience.language.words import Channel, Cmp
from noren.audience.live.model import History, Traits
from noren.audience.live.numbers import compares
from noren.audience.live.today import span

FALSE, TRUE, UNKNOWN = 0, 1, 2
Telling = Callable[[Traits, date], int]
_APRIL: Final = 4


def asked_of(predicate: n.TraitPredicate) -> Telling:
    """Return the function that tells 1, 0, or 2 for unknown, of traits on a date."""
    match predicate:
        case n.TraitIs(trait, value):
            return _known(attrgetter(trait), lambda known: known == value)
        case n.TraitIsNot(trait, value):
            return _known(attrgetter(trait), lambda known: known != value)
        case n.TraitIn(trait, values):
            return _known(attrgetter(trait), frozenset(values).__contains__)
        case n.AgeBetween() | n.AgeIs():
            return lambda traits, today: _age(predicate, traits, today)
        case n.MemberFor(cmp, days):
            return lambda traits, today: (
                UNKNOWN if traits.since is None else int(compares(_member_days(traits.since, today), cmp, days))
            )
        case n.BirthMonth(month):
            return lambda traits, today: (
                UNKNOWN if traits.birth_month is None else int(traits.birth_month == (month or today.month))
            )
        case n.Reachable(channel):
            return _known(attrgetter("email_ok" if channel is Channel.EMAIL else "post_ok"), bool)
        case _:
            assert_never(predicate)


def _known(trait: Callable[[Traits], Any], holds: Callable[[Any], bool]) -> Telling:
    def tell(traits: Traits, today: date) -> int:  # noqa: ARG001 - others change with the date
        known = trait(traits)
        return UNKNOWN if known is None else int(holds(known))

    return tell


def _age(predicate: n.AgeBetween | n.AgeIs, traits: Traits, today: date) -> int:
    if traits.birth_year is None or traits.birth_month is None:
        return UNKNOWN
    year = today.year - (today.month < _APRIL)
    years = year - traits.birth_year - (traits.birth_month >= _APRIL)
    if years < 0:
        return UNKNOWN
    if isinstance(predicate, n.AgeBetween):
        return int(predicate.first <= years <= predicate.last)
    # No bound cuts a band, so that the age compares as its band does.
    return int(compares(years, predicate.cmp, predicate.years))


def _member_days(since: date, today: date) -> int:
    return (today - since.replace(day=1)).days


def recorded(predicate: n.HistoryPredicate, history: History, as_of: datetime, zone: tzinfo) -> int:
    """Return 1 or 0, of messages, redemptions or points, at an instant."""
    today = as_of.astimezone(zone).date()
    match predicate:
        case n.Received(campaign, window):
            ats = (one.at for one in history.messages if one.campaign == campaign)
            return int(_any_in(ats, window, as_of, zone))
        case n.Contacted(window):
            return int(_any_in((one.at for one in history.messages if one.contact), window, as_of, zone))
        case n.Redeemed(campaign, window):
            ats = (one.at for one in history.redemptions if one.campaign == campaign)
            return int(_any_in(ats, window, as_of, zone))
        case n.PointsBalance(cmp, points):
            return _points(history, today, None, cmp, points)
        case n.PointsExpiring(days, cmp, points):
            return _points(history, today, days, cmp, points)
        case _:
            assert_never(predicate)


def _any_in(ats: Iterable[datetime], window: n.Window, as_of: datetime, zone: tzinfo) -> bool:
    days = span(window, as_of.astimezone(zone).date())
    return any(at <= as_of and days.first <= at.astimezone(zone).date().toordinal() <= days.last for at in ats)


def _points(history: History, today: date, within_days: int | None, cmp: Cmp, points: int) -> int:
    """Return whether the points that are not expired (and will be within so many days from today) compare so."""
    found = 0
    for lot in history.lots:
        left = None if lot.expires is None else (lot.expires - today).days
        if left is not None and left < 0:
            continue
        if within_days is None or (left is not None and left <= within_days):
            found += lot.points
    return int(compares(found, cmp, points))
