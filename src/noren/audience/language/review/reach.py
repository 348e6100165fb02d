"""What a condition reaches for: small areas, other companies' purchases, days before the horizon, the till's basket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from noren.audience.language import nodes as n
from noren.audience.language.problems import Place, Problem
from noren.audience.language.review.spans import first_day, months_before
from noren.audience.language.review.surroundings import Surroundings
from noren.audience.language.words import Attribute, Rhythm, Trait, Unit
from noren.kernel.say import Say


def picks_small_area(part: n.Predicate) -> bool:
    """Return whether a predicate speaks of a small area, also by what it leaves out of a greater one."""
    return isinstance(part, n.TraitIs | n.TraitIsNot | n.TraitIn) and part.trait is Trait.POSTAL3


def small_area(part: n.Predicate, place: Place) -> Iterator[Problem]:
    """Yield a warning where a predicate picks a small area."""
    if picks_small_area(part):
        say = Say(
            "郵便番号の上3桁はせまい地域です。人数が少なすぎれば断られ、慎重に扱う商品とは組み合わせられません。",
            "The first 3 digits of a postal code are a small area: too few people are refused,"
            " and it is not combined with sensitive goods.",
        )
        yield Problem("small-area", place, say)


def other_companies(part: n.Predicate, place: Place, issuer: str) -> Iterator[Problem]:
    """Yield a warning where purchases at other companies than the issuer's count."""
    if all(_only_at(inner, issuer) for inner in n.filters_of(part)):
        return
    say = Say(
        f"『{issuer}』以外の会社での購入も数えます。取扱いの根拠が要ります。自社だけなら partner を指定します。",
        f"Purchases at other companies than “{issuer}” count too: that needs a cleared flow."
        " For its own alone, name the partner.",
    )
    yield Problem("other-company", place, say, f'partner = "{issuer}"')


def _only_at(inner: n.Filter, issuer: str) -> bool:
    match inner:
        case n.AttributeIs(Attribute.PARTNER, value):
            return value == issuer
        case n.AttributeIn(Attribute.PARTNER, values):
            return set(values) == {issuer}
        case n.FilterAnd(parts):
            return any(_only_at(one, issuer) for one in parts)
        case n.FilterOr(parts) | n.Together(parts):
            return all(_only_at(one, issuer) for one in parts)
        case _:
            return False


def before_horizon(part: n.Predicate, place: Place, around: Surroundings) -> Iterator[Problem]:
    """Yield an error where a window begins before there are lines; what has no window begins at the horizon."""
    if around.horizon is None or around.today is None:
        return
    begins = _begins(part, around.today)
    if begins is None or begins >= around.horizon:
        return
    say = Say(
        f"期間が{begins}から始まりますが、明細があるのは{around.horizon}からです。期間を短くしてください。",
        f"The window begins on {begins}, but there are lines from {around.horizon} only: take a shorter one.",
    )
    longest = None if isinstance(part, n.Change | n.Every) else _longest(_seen_from(part, around.today), around.horizon)
    yield Problem("before-horizon", place, say, longest)


def _longest(seen: date, horizon: date) -> str:
    """Return the longest window since the horizon: in months where it moves with the calendar, as a programme's does.

    So many days may be a day too many next month; so many months never are.
    """
    months = (seen.year - horizon.year) * 12 + seen.month - horizon.month
    for count in (months, months - 1):
        begins = first_day(n.InLast(count, Unit.MONTH), seen) if count > 0 else None
        if begins is not None and timedelta() <= begins - horizon <= timedelta(days=1):
            return f"in last {count} months"
    return f"in last {(seen - horizon).days + 1} days"


def _seen_from(part: n.Predicate, today: date) -> date:
    """Return the date that a window is seen from: a rank is of the end of the day before."""
    return today - timedelta(days=1) if isinstance(part, n.Top) else today


def _begins(part: n.Predicate, today: date) -> date | None:
    match part:
        case n.Count() | n.Never() | n.Share() | n.Top() | n.Then():
            return first_day(part.window, _seen_from(part, today))
        case n.Received() | n.Redeemed() | n.Contacted():
            return first_day(part.window, today)
        case n.Change():
            return first_day(n.InLast(2 * part.days, Unit.DAY), today)
        case n.Every(Rhythm.WEEK, periods):
            return first_day(n.InLast(7 * periods + today.weekday() + 1, Unit.DAY), today)
        case n.Every(Rhythm.MONTH, periods):
            return months_before(today.replace(day=1), periods)
        case _:
            return None


def till_only(part: n.Predicate, place: Place) -> Iterator[Problem]:
    """Yield a warning where only a till can answer."""
    if isinstance(part, n.BasketPredicate):
        say = Say(
            "basket はレジで発券する施策だけで使えます。メールや郵便の対象者には使えません。",
            "basket is for campaigns at the till only: it picks no audience for mail.",
        )
        yield Problem("till-only", place, say)
