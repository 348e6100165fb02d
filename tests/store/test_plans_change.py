"""While conditions, products or the horizon change, tills ask by the plan of before, and change over at one stroke.

Members with more purchases than a call folds, and with lines that the lake alone has, are told at every step of the
way, truly, wherever the worker is killed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.property.standing_house import ANYWHERE, House, truth
from tests.property.standing_life import KEEP_DAYS, Life
from tests.store.standing_changes import (
    DAY,
    FAR,
    MILK,
    TWICE,
    Act,
    another_condition,
    buys,
    condition,
    life_on,
    lists_coffee,
)

from noren.audience.standings import NotReady, Readying, StandingDesk, Why
from noren.audience.standings.changing import Ahead, Changing, Held
from noren.audience.standings.folding import Folder
from noren.audience.standings.in_force import InForce
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.publishing import Given
from noren.audience.standings.store import StandingFile, StandingReader
from noren.testing.standings import FakeConditions

IN_A_CALL = 12
"""Purchases that this till folds in a call, at most."""

ASKED: Mapping[str, bool] = {"c0": False}
LISTED = 'visits(product in list "l1") >= 1'


class Till:
    """A till's desk over what the worker has given it. It looks at every question."""

    def __init__(self, life: Life, path: Path) -> None:
        self.life, clock = life, itertools.count(0.0, 2.0)
        look = StandingReader(path)
        self.given = Given(look, StandingReader(path), life.zone, lambda: next(clock))
        self.desk = StandingDesk(
            about=life.feed,
            store=look,
            in_force=self.given.current,
            rules=life.rules,
            remembered=0,
            folder=Folder(life.feed, limit=IN_A_CALL),
        )

    def ask(self, who: int, at: datetime | None = None) -> object:
        if self.given.stale():
            self.given.refresh()
        return self.desk.ask(self.life.holders[who].handle, at or self.life.now, ANYWHERE, names=ASKED)

    def asked(self) -> str | None:
        """What is wrong with the answers about all members, if anything is."""
        true = truth(self.life)["c0"]
        for who, holder in enumerate(self.life.holders):
            told = self.ask(who)
            if told != ({"c0"} if holder.name in true else frozenset()):
                return f"{holder.name}: {told}, true of {true}"
        return None


class Killed(Exception):
    """The worker is gone."""


class Dying(StandingFile):
    """Is killed at one of its writes, before it or after it."""

    def __init__(self, path: Path, writes: int, after: bool) -> None:
        self.left, self.after = writes, after
        super().__init__(path)

    def _write(self, do: Callable[[Any], object]) -> None:
        self.left -= 1
        if not self.left and not self.after:
            raise Killed
        super()._write(do)
        if not self.left:
            raise Killed


class _AtOnce(Changing):
    def _begin(self, wanted: InForce, asked: Held | None, first_day: int, *, taken: bool = False) -> bool:
        del taken
        begun = super()._begin(wanted, asked, first_day, taken=True)
        for one in self.plans()[:-1] if begun else ():
            self.means.store.drop(one.kept.serial)
        return begun


class AtOnce(Keeper):
    """The way of before: tills ask by the new plan at once, and members are folded again under it in place."""

    def __init__(self, **means: Any) -> None:
        super().__init__(**means)
        self.changing = _AtOnce(self.changing.means)


class NewAlone(Keeper):
    """Keeps the newest plan up to date, and not the one that is asked."""

    def _keep(self, plans: Any, *more: Any) -> None:
        super()._keep(plans[-1:], *more)


class PlanHouse(House):
    make: type[Keeper] = Keeper
    writes, after = 0, False
    ahead: Ahead | None = None

    def start_worker(self) -> None:
        self.file, life = Dying(self.path, self.writes, self.after), self.life
        self.keeper = self.make(
            about=life.feed, store=self.file, readying=self.readying(), rules=life.rules, now=lambda: life.now,
            old=life.old, grace_seconds=0.0, ahead=self.ahead,
        )  # fmt: skip

    def rows(self, who: int) -> int:
        db = apsw.Connection(str(self.path))
        found = db.execute(
            "SELECT count(*) FROM standing WHERE handle = ?", (self.life.holders[who].handle,)
        ).fetchall()
        db.close()
        return int(str(found[0][0]))

    @property
    def changed(self) -> bool:
        """Whether it has come to the end of a change."""
        return self.keeper.changing.settled and len(self.file.plans()) == 1 and self.file.progress().cleaned is None


@pytest.fixture
def opened() -> Iterator[list[Life]]:
    lives: list[Life] = []
    yield lives
    for life in lives:
        life.close()
        life.place.remove()


def warm(tmp_path: Path, opened: list[Life], make: type[Keeper] = Keeper, text: str = TWICE) -> tuple[PlanHouse, Till]:
    """The first member bought too often for a call, the second's lines stand in the lake alone; all is kept."""
    life = life_on("sqlite", tmp_path, text)
    opened.append(life)
    for holder in life.holders:
        holder.traits = replace(holder.traits, birth_year=1980)
        with life.store.batch() as batch:
            batch.set_traits(holder.handle, life.told(holder.traits))
    for product in ("p0", MILK):
        buys(product, who=1)(life)
    life.wait_days(KEEP_DAYS + 2)
    life.thin()
    for _ in range(IN_A_CALL + 1):
        buys(MILK)(life)
    for _ in range(2):
        buys(who=2)(life)
    life.fill_lake()
    house = PlanHouse(life, tmp_path)
    house.make = make
    house.start_worker()
    house.work()
    till = Till(life, house.path)
    assert till.asked() is None
    return house, till


def one_more(life: Life) -> None:
    life.conditions.put([*life.conditions.now, condition("visits(category = milk) >= 1 in last 9 days", "c1")])


def milk_is_tea(life: Life) -> None:
    life.products[MILK]["category"] = "tea"
    life.put_products()


def a_month_begins(life: Life) -> None:
    life.go((life.now.astimezone(life.zone).replace(day=1) + timedelta(days=32)).replace(day=1))
    begins_later(life)


def begins_later(life: Life) -> None:
    life.horizon = life.now.astimezone(life.zone).date() - timedelta(days=300)
    life.conditions.put(horizon=life.horizon)


def goes_through(house: PlanHouse, till: Till) -> Iterator[str | None]:
    """Go on step by step to the end; between two steps everybody is asked, buys, and one brings something back."""
    life = house.life
    coffee = [one for one in life.bought if one.owner is life.holders[2]][-1]
    for number in itertools.count():
        yield till.asked()
        house.keeper.step()
        yield till.asked()
        buys(who=number % 3)(life)
        if number == 0:
            life.give_back(coffee, 0, 1, 100)
        if house.changed and number > 3:
            return


CHANGES = [
    pytest.param(one_more, TWICE, id="one more condition"),
    pytest.param(milk_is_tea, TWICE, id="a product of another kind"),
    pytest.param(a_month_begins, TWICE, id="another horizon"),
    pytest.param(lists_coffee, LISTED, id="a list"),
]


@pytest.mark.parametrize(("change", "text"), CHANGES[:3])
def test_everybody_is_told_at_every_step_of_a_change(
    change: Act, text: str, tmp_path: Path, opened: list[Life]
) -> None:
    house, till = warm(tmp_path, opened, text=text)
    before = house.file.plans()[-1].digest
    change(house.life)
    assert [wrong for wrong in goes_through(house, till) if wrong] == []
    house.work()
    assert not till.desk.unanswered
    (now,) = house.file.plans()
    assert now.digest != before
    assert [house.rows(who) for who in range(3)] == [1, 1, 1], "and the rows of before are gone"


def test_a_list_changes_for_everybody_at_one_stroke(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened, text=LISTED)
    told = [[till.ask(who) for who in range(3)]]
    lists_coffee(house.life)
    more = True
    while more:
        more = house.keeper.step()
        told.append([till.ask(who) for who in range(3)])
    old, new = [{"c0"}, {"c0"}, frozenset()], [frozenset(), {"c0"}, {"c0"}]
    assert told[0] == old
    assert told[-1] == new
    assert all(each in (old, new) for each in told)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        pytest.param(AtOnce, one_more, id="the new plan at once"),
        pytest.param(AtOnce, milk_is_tea, id="another product at once"),
        pytest.param(NewAlone, one_more, id="the plan of before is not kept up"),
    ],
)
def test_the_other_ways_are_found(make: type[Keeper], change: Act, tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened, make)
    change(house.life)
    assert [wrong for wrong in goes_through(house, till) if wrong] != []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("change", [one_more, milk_is_tea])
def test_a_worker_killed_at_any_write_leaves_one_plan_whole(
    change: Act, after: bool, tmp_path: Path, opened: list[Life]
) -> None:
    house, till = warm(tmp_path, opened)
    for number in itertools.count(1):
        change(house.life)
        killed = _killed_at(house, till, number, after)
        one_less_or_back(house.life)
        house.work()
        assert till.asked() is None
        if not killed:
            break
    assert number > 3
    assert not till.desk.unanswered


def _killed_at(house: PlanHouse, till: Till, number: int, after: bool) -> bool:
    """Kill the worker at its so-manieth write of a change, and start it again; return whether it came to that."""
    house.file.left, house.file.after = number, after
    killed = False
    for _ in range(30):
        try:
            house.keeper.step()
        except Killed:
            killed = True
            house.file.close()
            house.start_worker()
        assert till.asked() is None, f"killed at write {number}, after it: {after}"
        buys(who=number % 3)(house.life)
        if house.changed:
            house.file.left = 0
            return killed
    raise AssertionError("it does not come to an end")


def one_less_or_back(life: Life) -> None:
    life.conditions.put(life.conditions.now[:1])
    life.products[MILK]["category"] = "milk"
    life.put_products()


def test_a_condition_is_known_when_everybody_is_there(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened)
    day = house.life.now.toordinal()
    one_more(house.life)
    seen: list[tuple[bool, bool]] = []
    more = True
    while more:
        more = house.keeper.step()
        till.ask(0)
        newest = house.file.plans()[-1]
        seen.append((till.given.knows("c1", day), newest.taken and newest.whole))
    assert seen[0] == (False, False)
    assert seen[-1] == (True, True)
    assert all(known <= whole for known, whole in seen)


def test_without_a_plan_of_before_tills_are_given_the_first_at_once(tmp_path: Path, opened: list[Life]) -> None:
    house, _ = warm(tmp_path, opened)
    house.file.start_again()
    house.keeper.step()
    till = Till(house.life, house.path)
    assert [till.ask(who) for who in range(3)] == [NotReady(Why.FAR_BEHIND), NotReady(Why.OLD_LINES), {"c0"}]
    assert not till.given.knows("c0", house.life.now.toordinal()), "a campaign does not start by it"
    house.work()
    assert till.asked() is None
    assert till.given.knows("c0", house.life.now.toordinal())


def test_who_goes_is_gone_under_both_plans(tmp_path: Path, opened: list[Life]) -> None:
    house, _ = warm(tmp_path, opened)
    one_more(house.life)
    while house.rows(0) < 2:
        assert house.keeper.step()
    house.keeper.forget(house.life.holders[0].handle)
    assert house.rows(0) == 0
    merged, handle = house.life.holders[1], house.life.holders[1].handle
    assert house.rows(1) == 2
    house.life.join(merged, house.life.holders[2])
    house.keeper.step()
    assert not [one for one in house.file.plans() if house.file.load(handle, 10**6, one.digest)]


class Meanwhile(Keeper):
    """While a member is folded, somebody else forgets her."""

    asked: bytes = b""

    def _row(self, force: InForce, handle: bytes, at: datetime | None = None) -> Any:
        made = super()._row(force, handle, at)
        if handle == self.asked:
            self.asked = b""
            self.forget(handle)
        return made


class Forgetful(Meanwhile):
    """The way of before: what was forgotten is not looked at again."""

    def _drop_again(self) -> None:
        self._forgotten.clear()


@pytest.mark.parametrize("make", [Meanwhile, Forgetful])
def test_who_is_forgotten_is_folded_anew_and_nothing_of_before_stays(
    make: type[Meanwhile], tmp_path: Path, opened: list[Life]
) -> None:
    """As when she wants a purchase not kept. Of a member whose lines the lake alone has no call can fold anything."""
    house, till = warm(tmp_path, opened, make)
    handle, keeper = house.life.holders[1].handle, house.keeper
    assert isinstance(keeper, Meanwhile)
    buys(who=1)(house.life)
    keeper.asked = handle
    keeper.step()
    stale = house.file.load(handle, FAR, house.file.plans()[0].digest)
    folded = keeper.folded
    house.work()
    assert (stale is not None, keeper.folded > folded) == (True, make is Meanwhile)
    keeper.forget(handle)
    assert house.rows(1) == 0
    house.work()
    assert (till.ask(1) == NotReady(Why.OLD_LINES)) is (make is Forgetful)


def test_changes_that_come_faster_than_a_fold_still_come_through(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened)
    given: set[bytes] = set()
    for number in range(30):
        another_condition(house.life)
        house.life.conditions.put(
            [*house.life.conditions.now, condition(f"visits(any) >= {number + 1} in last 9 days", "c1")]
        )
        house.keeper.step()
        till.ask(0)
        given.update(one.digest for one in house.file.plans() if one.taken and one.whole)
    assert len(given) > 3


def turning(house: PlanHouse) -> tuple[datetime, date]:
    """Let the horizon move at the next midnight but one, to behind the first purchase; return when."""
    life = house.life
    first = life.now.astimezone(life.zone).date() + 2 * DAY
    coming = FakeConditions(list(life.conditions.now), life.conditions.named, first - 20 * DAY)
    known = Readying(about=life.feed, conditions=coming, shops=life.shops, zone=life.zone, monotonic=lambda: 0.0)
    house.ahead = Ahead(known, lambda: first)
    house.start_worker()
    return datetime.combine(first, datetime.min.time(), tzinfo=life.zone), first


def test_at_the_turn_of_a_month_everybody_is_there_already(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened, text="days_since_first(any) >= 30")
    life = house.life
    midnight, first = turning(house)
    house.work()
    assert [(one.taken, one.whole) for one in house.file.plans()] == [(True, True)] * 2
    assert till.ask(1) == {"c0"}
    life.go(midnight)
    just_before = midnight - timedelta(microseconds=1)
    assert till.ask(1, just_before) == {"c0"}, "a late sale of the day before is asked by the horizon of then"
    assert [till.ask(who) for who in range(3)] == [frozenset()] * 3, "and the worker has not looked yet"
    life.conditions.put(horizon=first - 20 * DAY)
    house.work()
    assert till.ask(1, just_before) == {"c0"}
    assert not till.desk.unanswered
    life.wait_days(1)
    house.work()
    assert len(house.file.plans()) == 1
    assert [house.rows(who) for who in range(3)] == [1, 1, 1]


def test_a_month_that_turned_without_the_worker_waits_for_a_day_at_most(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened)
    life = house.life
    second = (life.now.astimezone(life.zone).replace(day=1) + timedelta(days=32)).replace(day=2)
    life.go(second - DAY)
    begins_later(life)
    house.keeper.step()
    assert [one.taken for one in house.file.plans()] == [True, False], "on the first day it goes on as before"
    assert till.asked() is None
    life.go(second)
    while not house.file.plans()[-1].taken:
        assert house.keeper.step()
    assert not house.file.plans()[-1].whole, "from the second day on lines go: it waits no more"
    house.work()
    assert till.asked() is None


def test_another_name_or_place_of_the_same_condition_is_told_at_once(tmp_path: Path, opened: list[Life]) -> None:
    house, till = warm(tmp_path, opened)
    folded, (same,) = house.keeper.folded, house.life.conditions.now
    assert till.given.knows("c0", house.life.now.toordinal())
    for changed in (replace(same, name="other"), replace(same, name="other", shops=frozenset({"s1"})), same):
        house.life.conditions.put([changed])
        house.work()
        till.ask(0)
        given = till.given.current(0, house.life.now.toordinal())
        assert given is not None
        assert given.made.found == (changed,)
        assert till.given.knows(changed.name, house.life.now.toordinal())
    assert house.keeper.folded == folded
    assert till.asked() is None
