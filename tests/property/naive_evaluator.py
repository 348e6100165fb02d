"""The third evaluator: slow and plain, one member and one predicate at a time, written from the contract's text alone.

True, False or None (unknown) as the text says it; dates by the calendar, instants by subtraction, numbers by Decimal.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.property.naive_world import Line, Member, Purchase, World

from noren.audience.language import nodes as n
from noren.audience.language.words import Cmp, Measure, Period, Rhythm, Unit, Which

Truth = bool | None
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Naive:
    def __init__(self, world: World) -> None:
        self.world = world
        self.now = world.as_of.astimezone(UTC)
        self.today = world.as_of.astimezone(world.zone).date()
        self.values: dict[n.Top, dict[str, int]] = {}

    def who(self, condition: n.Condition) -> list[str]:
        return sorted(m.member for m in self.world.members if self.truth(condition.root, m) is True)

    # --- logic

    def truth(self, node: n.Node, member: Member) -> Truth:
        match node:
            case n.Not(part):
                return negate(self.truth(part, member))
            case n.And(parts):
                return conjunction(self.truth(part, member) for part in parts)
            case n.Or(parts):
                return negate(conjunction(negate(self.truth(part, member)) for part in parts))
            case n.AtLeast(count, parts):
                found = [self.truth(part, member) for part in parts]
                if found.count(True) >= count:
                    return True
                return False if found.count(True) + found.count(None) < count else None
            case _:
                return self.predicate(node, member)

    def predicate(self, p: n.Predicate, member: Member) -> Truth:
        match p:
            case n.TraitIs() | n.TraitIsNot() | n.TraitIn():
                return self.trait(p, getattr(member, p.trait.value))
            case n.AgeBetween() | n.AgeIs():
                return self.age(p, self.band(member))
            case n.MemberFor(cmp, days):
                if member.since is None:
                    return None
                return compare((self.today - member.since.replace(day=1)).days, cmp, days)
            case n.BirthMonth(month):
                wanted = self.today.month if month is None else month
                return None if member.birth_month is None else member.birth_month == wanted
            case n.Reachable(channel):
                return member.email_ok if channel.value == "email" else member.post_ok
            case n.Received() | n.Redeemed() | n.Contacted() | n.PointsBalance() | n.PointsExpiring():
                return self.history(p, member)
            case _:
                return self.purchased(p, member)

    def trait(self, p: n.TraitIs | n.TraitIsNot | n.TraitIn, held: str | None) -> Truth:
        if held is None:
            return None
        match p:
            case n.TraitIs(_, value):
                return held == value
            case n.TraitIsNot(_, value):
                return held != value
            case n.TraitIn(_, values):
                return held in values

    def age(self, p: n.AgeBetween | n.AgeIs, band: tuple[float, float] | None) -> Truth:
        if band is None:
            return None
        if isinstance(p, n.AgeBetween):
            return p.first <= band[0] and band[1] <= p.last
        return compare(band[0], p.cmp, p.years) and compare(band[1], p.cmp, p.years)

    def history(self, p: n.HistoryPredicate, member: Member) -> bool:
        match p:
            case n.Received(campaign, window):
                return any(
                    m.campaign == campaign and self.sent(m.at, window)
                    for m in self.world.messages
                    if m.member == member.member
                )
            case n.Contacted(window):
                return any(
                    m.kind == "message" and self.sent(m.at, window)
                    for m in self.world.messages
                    if m.member == member.member
                )
            case n.Redeemed(campaign, window):
                return any(
                    m.campaign == campaign and self.sent(m.at, window)
                    for m in self.world.redemptions
                    if m.member == member.member
                )
            case n.PointsBalance(cmp, points):
                return compare(sum(lot.points for lot in self.lots(member)), cmp, points)
            case n.PointsExpiring(days, cmp, points):
                end = self.today + timedelta(days=days)
                lots = [lot for lot in self.lots(member) if lot.expires is not None and lot.expires <= end]
                return compare(sum(lot.points for lot in lots), cmp, points)

    def purchased(self, p: n.Predicate, member: Member) -> bool:
        mine = self.bought(member.member)
        match p:
            case n.Count(measure, f, cmp, number, window):
                return compare(self.measure(measure, f, self.inside(mine, window, self.today)), cmp, number)
            case n.Never(f, window):
                return not any(self.matches(f, one) for one in self.inside(mine, window, self.today))
            case n.DaysSinceLast() | n.DaysSinceFirst() | n.Overdue():
                return self.since(p, self.dates(p.filter, mine))
            case n.Share(part, whole, cmp, percent, window):
                lines = [(one, line) for one in self.inside(mine, window, self.today) for line in counting(one)]
                of_whole = [(o, x) for o, x in lines if self.line_truth(whole, o, x) is True]
                of_both = [(o, x) for o, x in of_whole if self.line_truth(part, o, x) is True]
                under = sum(x.amount for _, x in of_whole)
                return under > 0 and compare(Decimal(100 * sum(x.amount for _, x in of_both)), cmp, percent * under)
            case n.Change(measure, f, days, cmp, percent):
                split = self.today - timedelta(days=days)
                begin = split - timedelta(days=days)
                new = self.measure(measure, f, [o for o in mine if split < self.day(o.at) <= self.today])
                old = self.measure(measure, f, [o for o in mine if begin < self.day(o.at) <= split])
                return old > 0 and compare(Decimal((new - old) * 100), cmp, percent * old)
            case n.Top():
                return self.at_top(p, member)
            case n.Then(first, followed, later, days, window):
                return self.then(mine, first, followed, later, days, window)
            case n.Every(rhythm, periods, count):
                return all(
                    compare(
                        self.measure(count.measure, count.filter, [o for o in mine if a <= self.day(o.at) <= b]),
                        count.cmp,
                        count.number,
                    )
                    for a, b in self.complete(rhythm, periods)
                )
            case _:
                raise AssertionError(p)

    def since(self, p: n.DaysSinceLast | n.DaysSinceFirst | n.Overdue, dates: set[date]) -> bool:
        match p:
            case n.DaysSinceLast(_, cmp, days):
                return bool(dates) and compare((self.today - max(dates)).days, cmp, days)
            case n.DaysSinceFirst(_, cmp, days):
                return bool(dates) and compare((self.today - min(dates)).days, cmp, days)
            case n.Overdue(_, cmp, times):
                if len(dates) < 3:
                    return False
                since, length = (self.today - max(dates)).days, (max(dates) - min(dates)).days
                return compare(Decimal(since * (len(dates) - 1)), cmp, times * length)

    # --- purchases and lines

    def bought(self, member: str) -> list[Purchase]:
        horizon = self.world.horizon
        return [
            one
            for one in self.world.purchases
            if one.member == member
            and one.at.astimezone(UTC) <= self.now
            and (horizon is None or self.day(one.at) >= horizon)
        ]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.world.zone).date()

    def inside(self, purchases: list[Purchase], window: n.Window, today: date) -> list[Purchase]:
        first, last = span(window, today)
        return [one for one in purchases if first <= self.day(one.at) <= last]

    def matches(self, f: n.Filter, one: Purchase) -> bool:
        if isinstance(f, n.Together):
            return all(self.matches(part, one) for part in f.parts)
        return any(self.line_truth(f, one, line) is True for line in counting(one))

    def dates(self, f: n.Filter, purchases: list[Purchase]) -> set[date]:
        return {self.day(one.at) for one in purchases if self.matches(f, one)}

    def measure(self, measure: Measure, f: n.Filter, purchases: list[Purchase]) -> int:
        matching = [one for one in purchases if self.matches(f, one)]
        days = {self.day(one.at) for one in matching}
        match measure:
            case Measure.VISITS:
                return len(matching)
            case Measure.DAYS:
                return len(days)
            case Measure.WEEKS:
                return len({day - timedelta(days=day.weekday()) for day in days})
            case Measure.MONTHS:
                return len({(day.year, day.month) for day in days})
            case Measure.SHOPS:
                return len({one.shop for one in matching} - {None})
            case Measure.PARTNERS:
                return len({one.partner for one in matching} - {None})
            case Measure.POINTS:
                return sum(one.points or 0 for one in matching)
            case _:
                assert not isinstance(f, n.Together)
                lines = [x for one in matching for x in counting(one) if self.line_truth(f, one, x) is True]
                return self.measure_lines(measure, lines)

    def measure_lines(self, measure: Measure, lines: list[Line]) -> int:
        match measure:
            case Measure.LINES:
                return len(lines)
            case Measure.UNITS:
                return sum(line.quantity for line in lines)
            case Measure.SPEND:
                return sum(line.amount for line in lines)
            case Measure.PRODUCTS:
                return len({line.product for line in lines} - {None})
            case Measure.BRANDS:
                return len({self.about(line, "brand") for line in lines} - {None})
            case _:
                raise AssertionError(measure)

    def about(self, line: Line, attribute: str) -> str | None:
        if attribute == "product":
            return line.product
        return self.world.products.get(line.product or "", {}).get(attribute)

    def line_truth(self, f: n.Filter, one: Purchase, line: Line) -> Truth:
        local = one.at.astimezone(self.world.zone)
        match f:
            case n.AnyLine():
                return True
            case n.FilterNot(part):
                return negate(self.line_truth(part, one, line))
            case n.FilterAnd(parts):
                return conjunction(self.line_truth(part, one, line) for part in parts)
            case n.FilterOr(parts):
                return negate(conjunction(negate(self.line_truth(part, one, line)) for part in parts))
            case n.WeekdayIn(days):
                return DAYS[local.weekday()] in [day.value for day in days]
            case n.HourBetween(first, last):
                return first <= local.hour <= last
            case n.HourIs(cmp, hour):
                return compare(local.hour, cmp, hour)
            case n.PurchaseTotalIs(cmp, amount):
                return compare(sum(x.amount for x in counting(one)), cmp, amount)
            case n.Together():
                raise AssertionError("together picks purchases, not lines")
            case _:
                name = f.attribute.value
                held = getattr(one, name) if name in ("shop", "partner", "industry") else self.about(line, name)
                return None if held is None else self.attribute(f, held)

    def attribute(self, f: n.AttributeIs | n.AttributeIsNot | n.AttributeIn | n.AttributeInList, held: str) -> bool:
        match f:
            case n.AttributeIs(_, value):
                return held == value
            case n.AttributeIsNot(_, value):
                return held != value
            case n.AttributeIn(_, values):
                return held in values
            case n.AttributeInList(_, listed):
                return held in self.world.lists[listed]

    # --- rank, sequence, rhythm

    def at_top(self, p: n.Top, member: Member) -> bool:
        if p not in self.values:
            self.values[p] = {m.member: self.value_yesterday(p, m.member) for m in self.world.members}
        values = self.values[p]
        ranked = sorted((value for value in values.values() if value > 0), reverse=True)
        if not ranked or values[member.member] <= 0:
            return False
        return values[member.member] >= ranked[math.ceil(p.percent * len(ranked) / 100) - 1]

    def value_yesterday(self, p: n.Top, member: str) -> int:
        yesterday = self.today - timedelta(days=1)
        known = [
            one
            for one in self.bought(member)
            if self.day(one.at) <= yesterday and (one.recorded_at is None or self.day(one.recorded_at) <= yesterday)
        ]
        return self.measure(p.measure, p.filter, self.inside(known, p.window, yesterday))

    def then(self, mine: list[Purchase], f: n.Filter, followed: bool, g: n.Filter, days: int, window: n.Window) -> bool:
        within = timedelta(hours=24 * days)
        later = [one.at.astimezone(UTC) for one in mine if self.matches(g, one)]
        for one in self.inside(mine, window, self.today):
            if not self.matches(f, one):
                continue
            at = one.at.astimezone(UTC)
            came = any(timedelta() < there - at <= within for there in later)
            if followed and came:
                return True
            if not followed and not came and self.now - at >= within:
                return True
        return False

    def complete(self, rhythm: Rhythm, periods: int) -> list[tuple[date, date]]:
        out: list[tuple[date, date]] = []
        if rhythm is Rhythm.WEEK:
            begin = self.today - timedelta(days=self.today.weekday())
            for _ in range(periods):
                out.append((begin - timedelta(days=7), begin - timedelta(days=1)))
                begin -= timedelta(days=7)
            return out
        begin = self.today.replace(day=1)
        for _ in range(periods):
            end = begin - timedelta(days=1)
            begin = end.replace(day=1)
            out.append((begin, end))
        return out

    # --- traits and history

    def band(self, member: Member) -> tuple[float, float] | None:
        if member.birth_year is None or member.birth_month is None:
            return None
        year = self.today.year if self.today >= date(self.today.year, 4, 1) else self.today.year - 1
        age = year - member.birth_year - (1 if member.birth_month >= 4 else 0)
        if age < 0:
            return None
        return (85, math.inf) if age >= 85 else (age // 5 * 5, age // 5 * 5 + 4)

    def sent(self, at: datetime, window: n.Window) -> bool:
        first, last = span(window, self.today)
        return at.astimezone(UTC) <= self.now and first <= self.day(at) <= last

    def lots(self, member: Member) -> list:
        return [
            lot
            for lot in self.world.lots
            if lot.member == member.member and (lot.expires is None or lot.expires >= self.today)
        ]


def counting(one: Purchase) -> list[Line]:
    return [line for line in one.lines if line.quantity > 0]


def negate(truth: Truth) -> Truth:
    return None if truth is None else not truth


def conjunction(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    if False in found:
        return False
    return None if None in found else True


def compare(value: float | Decimal, cmp: Cmp, number: int | Decimal) -> bool:
    match cmp:
        case Cmp.AT_LEAST:
            return value >= number
        case Cmp.MORE:
            return value > number
        case Cmp.EXACTLY:
            return value == number
        case Cmp.AT_MOST:
            return value <= number
        case Cmp.LESS:
            return value < number


def span(window: n.Window, today: date) -> tuple[date, date]:
    match window:
        case n.Ever():
            return date.min, today
        case n.InDates(first, last):
            return first, last
        case n.InLast(count, Unit.DAY):
            return today - timedelta(days=count - 1), today
        case n.InLast(count, Unit.WEEK):
            return today - timedelta(days=7 * count - 1), today
        case n.InLast(count, Unit.MONTH):
            return earlier(today, count) + timedelta(days=1), today
        case n.InPeriod(Which.THIS, period):
            return start(period, today), today
        case n.InPeriod(Which.PREVIOUS, period):
            end = start(period, today) - timedelta(days=1)
            return start(period, end), end
        case _:
            raise AssertionError(window)


def earlier(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def start(period: Period, day: date) -> date:
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return date(day.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7}.get(day.month, 10), 1)
        case Period.YEAR:
            return date(day.year, 1, 1)
        case Period.FISCAL_YEAR:
            return date(day.year if day.month >= 4 else day.year - 1, 4, 1)
