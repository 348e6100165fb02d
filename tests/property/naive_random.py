"""Random histories, and conditions near them: ties, equal instants, month ends, 29 February, changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from tests.property.naive_world import Line, Lot, Member, Message, Purchase, World

from noren.audience.language import nodes as n
from noren.audience.language import words as w
from noren.audience.language.problems import Wrong

ZONES = ["Asia/Tokyo", "Europe/Berlin", "America/New_York"]
AS_OF_DAYS = [
    date(2016, 2, 29), date(2016, 3, 31), date(2017, 3, 1), date(2017, 3, 26), date(2017, 10, 29), date(2017, 11, 5),
    date(2017, 12, 31), date(2018, 1, 1), date(2017, 4, 1), date(2017, 3, 31), date(2020, 3, 30), date(2021, 2, 28),
]  # fmt: skip
VALUES = {
    "category": ["A", "B", "C"],
    "department": ["D", "E"],
    "brand": ["Private", "National"],
    "maker": ["m1", "m2"],
    "product": ["p0", "p1", "p2", "p3", "p4", "p5", "px"],
    "shop": ["s1", "s2", "s3"],
    "partner": ["P", "Q"],
    "industry": ["grocery", "books"],
    "sex": ["female", "male"],
    "prefecture": ["東京都", "大阪府"],
    "postal3": ["100", "530"],
    "tier": ["gold", "silver"],
}
CAMPAIGNS = ["c1", "c2"]


def random_world(rng: Random, members: int) -> World:
    zone = ZoneInfo(rng.choice(ZONES))
    as_of = _as_of(rng, zone)
    products = {
        f"p{i}": {name: _maybe(rng, VALUES[name], 0.2) for name in ("category", "department", "brand", "maker")}
        for i in range(6)
    }
    names = [f"m{i}" for i in range(members - 2)] + ["会員", "Z"]
    world = World(zone, as_of, [_member(rng, name) for name in names], products, [])
    world.purchases = [_purchase(rng, world, rng.choice([*names, "unlisted"]), i) for i in range(members * 7)]
    world.messages = [
        Message(
            rng.choice([*names, "unlisted"]), rng.choice(CAMPAIGNS), _at(rng, world), rng.choice(["coupon", "message"])
        )
        for _ in range(members)
    ]
    world.redemptions = [
        Message(rng.choice(names), rng.choice(CAMPAIGNS), _at(rng, world), "redeemed") for _ in range(members // 2)
    ]
    day = as_of.date()
    world.lots = [
        Lot(
            rng.choice(names),
            rng.choice([0, 5, 100, 500]),
            rng.choice([None, day + timedelta(days=rng.randint(-3, 40))]),
        )
        for _ in range(members)
    ]
    world.lists = {"tea": ["A", "p1", "s1"], "empty": [], "odd": ["B", "nothing", "Private"]}
    if rng.random() < 0.2:
        world.horizon = day - timedelta(days=rng.randint(1, 300))
    return world


def _as_of(rng: Random, zone: ZoneInfo) -> datetime:
    day = rng.choice(AS_OF_DAYS)
    clock = rng.choice([(0, 0, 0), (23, 59, 59), (12, 0, 0), (2, 30, 0), (rng.randint(0, 23), rng.randint(0, 59), 0)])
    local = datetime(day.year, day.month, day.day, *clock, tzinfo=zone, fold=rng.randint(0, 1))
    return local.astimezone(UTC).astimezone(zone)


def _maybe(rng: Random, values: list[str], missing: float) -> str | None:
    return None if rng.random() < missing else rng.choice(values)


def _member(rng: Random, name: str) -> Member:
    known = rng.random() < 0.8
    return Member(
        name,
        *(
            _maybe(rng, VALUES["sex"], 0.3),
            rng.choice([None, rng.randint(1925, 2019)]) if not known else rng.randint(1925, 2019),
            rng.randint(1, 12) if known else None,
            _maybe(rng, VALUES["prefecture"], 0.3),
            _maybe(rng, VALUES["postal3"], 0.3),
            _maybe(rng, VALUES["tier"], 0.3),
            date(2015, 1, 1) + timedelta(days=rng.randint(0, 900)) if known else None,
            rng.choice([True, False, None]),
            rng.choice([True, False, None]),
        ),
    )


def _at(rng: Random, world: World) -> datetime:
    """Return an instant near the as-of: often one of a few, at its very instant, or around midnight."""
    local = world.as_of
    kind = rng.random()
    if kind < 0.05:
        return local
    if kind < 0.1:
        return (local.astimezone(UTC) + timedelta(days=rng.choice([-2, -1, 1]))).astimezone(world.zone)
    back = rng.choice([rng.randint(-1, 12), rng.randint(0, 70), rng.randint(0, 420)])
    day = (local - timedelta(days=back)).date()
    hour, minute, second = rng.choice([(0, 0, 0), (23, 59, 59), (12, 0, 0), (2, 30, 0), (rng.randint(0, 23), 0, 0)])
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=world.zone)
    return at.astimezone(UTC).astimezone(world.zone)


def _purchase(rng: Random, world: World, member: str, number: int) -> Purchase:
    at = _at(rng, world)
    lines = tuple(
        Line(
            rng.choice([*VALUES["product"], None]),
            rng.choice([1, 1, 1, 2, 3, 0, -1]),
            rng.choice([0, 10, 50, 100, 100, 250, -30]),
        )
        for _ in range(rng.randint(1, 4))
    )
    late = at + timedelta(hours=rng.choice([0, 1, 30, 100])) if rng.random() < 0.5 else None
    return Purchase(
        member,
        f"r{number}",
        at,
        _maybe(rng, VALUES["shop"], 0.2),
        _maybe(rng, VALUES["partner"], 0.2),
        _maybe(rng, VALUES["industry"], 0.2),
        lines,
        rng.choice([None, 0, 1, 5, -2]),
        late,
    )


class Conditions:
    """Random conditions whose numbers are near what the histories hold."""

    def __init__(self, rng: Random, world: World) -> None:
        self.rng = rng
        self.world = world

    def condition(self) -> n.Condition:
        while True:
            try:
                return n.Condition(self.node(self.rng.choice([0, 0, 1, 2])))
            except Wrong:
                continue

    def node(self, depth: int) -> n.Node:
        if depth == 0:
            return self.predicate()
        kind = self.rng.randint(0, 3)
        parts = [self.node(depth - 1) for _ in range(self.rng.randint(2, 3))]
        if kind == 0:
            return n.Not(parts[0])
        if kind == 3:
            return n.AtLeast(self.rng.randint(1, len(parts)), tuple(parts))
        made = n.And if kind == 1 else n.Or
        return made(tuple(x for part in parts for x in (part.parts if isinstance(part, made) else (part,))))

    def predicate(self) -> n.Predicate:
        pick = self.rng.randint(0, 13)
        if pick <= 4:
            return self.count(self.window())
        makers = {
            5: self.trait,
            6: self.history,
            7: lambda: n.Never(self.filter(), self.window()),
            8: self.since,
            9: lambda: n.Share(self.lines(), self.lines(), self.cmp(), self.percent(), self.window()),
            10: self.change,
            11: self.top,
            12: self.then,
            13: self.every,
        }
        return makers[pick]()

    def cmp(self) -> w.Cmp:
        return self.rng.choice(list(w.Cmp))

    def measured(self, measures: list[w.Measure]) -> tuple[w.Measure, n.Filter]:
        measure = self.rng.choice(measures)
        return measure, self.filter() if measure is w.Measure.VISITS else self.lines()

    def count(self, window: n.Window) -> n.Count:
        measure, asked = self.measured(list(w.Measure))
        return n.Count(measure, asked, self.cmp(), self.number(measure), window)

    def number(self, measure: w.Measure) -> Decimal:
        big = measure is w.Measure.SPEND
        return self.rng.choice(
            [Decimal(0), Decimal(self.rng.randint(0, 600 if big else 5)), Decimal("1.5"), Decimal("0.0001")]
        )

    def percent(self) -> Decimal:
        return self.rng.choice(
            [Decimal(0), Decimal(50), Decimal("33.3333"), Decimal(100), Decimal(self.rng.randint(0, 300))]
        )

    def since(self) -> n.Predicate:
        if self.rng.random() < 0.33:
            times = self.rng.choice([Decimal(0), Decimal(1), Decimal("1.5"), Decimal(3)])
            return n.Overdue(self.filter(), self.cmp(), times)
        made = self.rng.choice([n.DaysSinceLast, n.DaysSinceFirst])
        return made(self.filter(), self.cmp(), self.rng.randint(0, 60))

    def change(self) -> n.Change:
        measure, asked = self.measured(sorted(w.CHANGING))
        percent = self.percent() * self.rng.choice([1, -1])
        return n.Change(measure, asked, self.rng.randint(1, 90), self.cmp(), percent or Decimal(0))

    def top(self) -> n.Top:
        percent = self.rng.choice(
            [Decimal(10), Decimal(50), Decimal("33.3333"), Decimal(100), Decimal("0.0001"), Decimal(25)]
        )
        measure, asked = self.measured(list(w.Measure))
        return n.Top(percent, measure, asked, self.window())

    def then(self) -> n.Then:
        return n.Then(
            self.filter(), self.rng.random() < 0.5, self.filter(), self.rng.choice([1, 1, 2, 7, 30]), self.window()
        )

    def every(self) -> n.Every:
        return n.Every(self.rng.choice(list(w.Rhythm)), self.rng.randint(1, 3), self.count(n.EVER))

    def trait(self) -> n.Predicate:
        rng, kind = self.rng, self.rng.randint(0, 6)
        trait = rng.choice(list(w.Trait))
        value = rng.choice([*VALUES[trait.value], "nothing"])
        low, high = sorted(rng.sample(range(18), 2))
        bound = self.cmp()
        return [
            lambda: n.TraitIs(trait, value),
            lambda: n.TraitIsNot(trait, value),
            lambda: n.TraitIn(trait, (value, rng.choice(VALUES[trait.value]))),
            lambda: n.AgeBetween(5 * low, 5 * high - 1),
            lambda: (
                n.AgeIs(bound, 5 * high - (bound in (w.Cmp.MORE, w.Cmp.AT_MOST)))
                if bound is not w.Cmp.EXACTLY
                else n.BirthMonth(rng.choice([None, rng.randint(1, 12)]))
            ),
            lambda: n.MemberFor(self.cmp(), rng.randint(0, 900)),
            lambda: n.Reachable(rng.choice(list(w.Channel))),
        ][kind]()

    def history(self) -> n.Predicate:
        campaign = self.rng.choice([*CAMPAIGNS, "nothing"])
        return [
            lambda: n.Received(campaign, self.window()),
            lambda: n.Redeemed(campaign, self.window()),
            lambda: n.Contacted(self.window()),
            lambda: n.PointsBalance(self.cmp(), self.rng.choice([0, 5, 100, 105])),
            lambda: n.PointsExpiring(self.rng.randint(1, 40), self.cmp(), self.rng.choice([0, 5, 100])),
        ][self.rng.randint(0, 4)]()

    def window(self) -> n.Window:
        rng = self.rng
        today = self.world.as_of.date()
        first = today - timedelta(days=rng.randint(0, 200))
        return rng.choice(
            [
                n.EVER,
                n.InLast(rng.randint(1, 40), w.Unit.DAY),
                n.InLast(rng.randint(1, 8), w.Unit.WEEK),
                n.InLast(rng.randint(1, 14), w.Unit.MONTH),
                n.InPeriod(rng.choice(list(w.Which)), rng.choice(list(w.Period))),
                n.InDates(first, first + timedelta(days=rng.randint(0, 210))),
            ]
        )

    def filter(self) -> n.Filter:
        if self.rng.random() < 0.2:
            return n.Together(tuple(self.lines() for _ in range(self.rng.randint(2, 3))))
        return self.lines()

    def lines(self, depth: int = 2) -> n.LineFilter:
        kind = self.rng.random()
        if depth == 0 or kind < 0.55:
            return self.test()
        if kind < 0.7:
            return n.FilterNot(self.lines(depth - 1))
        made = n.FilterAnd if kind < 0.85 else n.FilterOr
        parts = [self.lines(depth - 1) for _ in range(self.rng.randint(2, 3))]
        return made(tuple(x for part in parts for x in (part.parts if isinstance(part, made) else (part,))))

    def test(self) -> n.Test:
        rng, kind = self.rng, self.rng.randint(0, 9)
        attribute = rng.choice(list(w.Attribute))
        value = rng.choice([*VALUES[attribute.value], "nothing"])
        low, high = sorted(rng.choices(range(24), k=2))
        return [
            n.AnyLine(),
            n.AnyLine(),
            n.AttributeIs(attribute, value),
            n.AttributeIs(attribute, value),
            n.AttributeIsNot(attribute, value),
            n.AttributeIn(attribute, (value, rng.choice(VALUES[attribute.value]))),
            n.AttributeInList(attribute, rng.choice(sorted(self.world.lists))),
            n.WeekdayIn(tuple(rng.sample(list(w.Weekday), rng.randint(1, 5)))),
            rng.choice([n.HourBetween(low, high), n.HourIs(self.cmp(), low)]),
            n.PurchaseTotalIs(self.cmp(), rng.choice([0, 100, 150, 300])),
        ][kind]
