"""After whatever happens in the real ledger, the desk says of every member what the naive evaluator says."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.property.naive_evaluator import Naive
from tests.property.standing_life import Life, conditions_of

from noren.activity import about as ledger
from noren.activity.about import AboutMember
from noren.audience.language import nodes as n
from noren.audience.language import to_text
from noren.audience.live import FoldAgain, Place, Plan, Standing, add, fold
from noren.audience.standings import InForce, Kept, NotReady, Readying, StandingDesk, Why
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.purchases import lines_left, purchase_of
from noren.audience.standings.returns import Returns
from noren.audience.standings.store import StandingFile, StandingReader
from noren.testing.ledger_engines import ledger_place
from noren.testing.standings import MemoryStandings

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
STEPS, CONDITIONS, RUNS = (80, 40, 40) if NIGHT else (40, 25, 5)
ANYWHERE = Place("s1", "P")


def without_rank(condition: n.Condition) -> bool:
    """Ranks are fixed for the day, whatever comes back during it: they are tried by themselves."""
    return not any(isinstance(one, n.Top) for one in n.predicates(condition.root))


class House:
    """A till's desk and a ledger-worker's keeper over one life, as the zones have them."""

    def __init__(self, life: Life, folder: Path) -> None:
        self.life, self.path = life, folder / "standings.db"
        self.asked: Counter[str] = Counter()
        self.start_worker()
        self.start_till()

    def readying(self) -> Readying:
        life = self.life
        return Readying(
            about=life.feed, conditions=life.conditions, shops=life.shops, zone=life.zone, monotonic=lambda: 0.0
        )

    def start_worker(self) -> None:
        self.file = StandingFile(self.path)
        self.keeper = Keeper(
            about=self.life.feed, store=self.file, readying=self.readying(), rules=self.life.rules, old=self.life.old
        )

    def start_till(self) -> None:
        self.till_readying = self.readying()
        self.till = self.desk(self.till_readying)

    def desk(self, readying: Readying) -> StandingDesk:
        return StandingDesk(
            about=self.life.feed, store=StandingReader(self.path), in_force=readying.current, rules=self.life.rules
        )

    def everything(self) -> StandingDesk:
        """A desk that always folds from the beginning."""
        folder = Folder(self.life.feed, self.life.old, ALL)
        readying = self.readying()
        readying.refresh()
        return StandingDesk(
            about=self.life.feed,
            store=MemoryStandings(),
            in_force=readying.current,
            rules=self.life.rules,
            folder=folder,
        )

    def happen(self) -> str:
        """Let something happen to the machine."""
        rng = self.life.rng
        what = rng.choice(
            ["worker", "worker", "worker", "idle", "till again", "worker again", "file gone", "-", "-", "-"]
        )
        if what == "worker":
            self.keeper.step()
        elif what == "idle":
            self.work()
        elif what == "till again":
            self.start_till()
        elif what == "worker again":
            self.file.close()
            self.start_worker()
        elif what == "file gone":
            self.file.close()
            self.path.unlink()
            self.start_worker()
        return what

    def work(self) -> None:
        while self.keeper.step():
            continue

    def differences(self, desk: StandingDesk, naive: dict[str, list[str]], whose: str) -> list[str]:
        out: list[str] = []
        for holder in self.life.holders:
            told = desk.ask(holder.handle, self.life.now, ANYWHERE)
            if told == NotReady(Why.CONDITIONS) and desk is self.till:
                self.till_readying.refresh()
                told = desk.ask(holder.handle, self.life.now, ANYWHERE)
            self.asked[f"{whose} {told.why if isinstance(told, NotReady) else 'told'}"] += 1
            if isinstance(told, NotReady):
                continue
            true = {name for name, who in naive.items() if holder.name in who}
            if told != true:
                texts = conditions_of(self.life)
                more = [f"{name}: {to_text(texts[name])}" for name in sorted(told ^ true) if name in texts][:3]
                out.append(f"{whose}, {holder.name} at {self.life.now}: told {sorted(told - true)} too many {more}")
        return out


def truth(life: Life) -> dict[str, list[str]]:
    naive = Naive(life.world())
    return {name: naive.who(condition) for name, condition in conditions_of(life).items()}


Make = Callable[[Life, Path], House]


def run(seed: int, engine: str, steps: int, make: Make = House) -> tuple[list[str], House]:
    """Live; return the first differences."""
    print("seed", seed, engine)
    rng = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = ledger_place(engine, folder)
        life = Life(rng, place, rng.choice(["Asia/Tokyo", "Asia/Tokyo", "Europe/Berlin"]), allowed=without_rank)
        life.put_conditions(CONDITIONS)
        house = make(life, folder)
        try:
            return _live(life, house, steps), house
        finally:
            life.close()
            place.remove()


def _live(life: Life, house: House, steps: int) -> list[str]:
    for number in range(steps):
        what = (life.step(), house.happen())
        naive = truth(life)
        wrong = house.differences(house.till, naive, "till")
        if number % 8 == 0:
            wrong += house.differences(house.everything(), naive, "from the beginning")
        if wrong:
            return [f"step {number} {what}: {one}" for one in wrong]
    house.work()
    house.start_till()
    wrong = house.differences(house.till, truth(life), "warm")
    assert house.asked["warm told"] == len(life.holders), house.asked
    return wrong


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_answer_is_the_naive_one(engine: str) -> None:
    told: Counter[str] = Counter()
    for _ in range(RUNS if engine == "sqlite" else max(1, RUNS // 4)):
        wrong, house = run(Random().randrange(2**32), engine, STEPS)
        assert not wrong, "\n".join(wrong[:3])
        told += house.asked
    print(told)
    assert told["till told"] > sum(count for name, count in told.items() if name.startswith("till")) // 2


# --- what must be red when it is left out


class NoCatchUp(Folder):
    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        return kept


class InOrderOfArrival(Folder):
    """Adds what is late as if it were not."""

    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        standing = kept.standing
        for link in reversed(self.about.links(handle, place.head, kept.head, self.limit)):
            added = add(plan, replace(standing, last=None), purchase_of(link, lines_left(link)))
            assert isinstance(added, Standing)
            standing = added
        return Kept(standing, place.head, place.returns, kept.since)


class NewIsWhatHasAHigherNumber(Folder):
    """Does not see that a merge puts older purchases in front of hers."""

    def grown(self, plan: Plan, handle: bytes, place: ledger.Place, kept: Kept) -> Kept | None:
        links = [one for one in self.about.links(handle, place.head, kept.head, self.limit) if one.entry > kept.head]
        standing: Standing | FoldAgain = kept.standing
        for link in sorted(links, key=lambda one: one.at):
            standing = add(plan, standing, purchase_of(link, lines_left(link)))
            if isinstance(standing, FoldAgain):
                return None
        return Kept(standing, place.head, place.returns, kept.since)


class NothingIsOld(Folder):
    """Takes lines that the ledger has no more for none at all."""

    def folded(self, plan: Plan, handle: bytes, place: ledger.Place, until: int | None = None) -> Kept | NotReady:
        links = self.about.links(handle, place.head, 0, ALL)
        return Kept(fold(plan, [purchase_of(one, lines_left(one)) for one in links]), place.head, place.returns, 0)


class NothingComesBack(Returns):
    def hold(self, handle: bytes, seen: int, newest: int) -> bool:
        return True


class AnyPlanWillDo(StandingReader):
    def accepted(self, plan: bytes) -> frozenset[bytes]:
        held = [row[0] for row in self._all("SELECT DISTINCT plan FROM standing")]
        return frozenset(held)


class WrittenOnce(Readying):
    """Does not look again whether conditions and lists have changed."""

    def current(self, products: int) -> InForce | None:
        ready = self._ready
        return ready if ready is not None and ready.products == products else None


class SameGoods(Readying):
    """Does not look again whether products have changed."""

    def current(self, products: int) -> InForce | None:
        return super().current(products if self._ready is None else self._ready.products)


class TraitsOfYesterday:
    """Asks the ledger for each member once."""

    def __init__(self, feed: AboutMember) -> None:
        self._feed = feed
        self._first: dict[bytes, ledger.Place] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._feed, name)

    def place(self, handle: bytes) -> ledger.Place | None:
        found = self._feed.place(handle)
        if found is None:
            return None
        return replace(found, traits=self._first.setdefault(handle, found).traits)


def spoilt(
    folder: type[Folder] = Folder,
    returns: type[Returns] = Returns,
    reader: type[StandingReader] = StandingReader,
    readying: type[Readying] = Readying,
    about: Callable[[AboutMember], Any] = lambda feed: feed,
) -> Make:
    class Spoilt(House):
        def start_till(self) -> None:
            life = self.life
            self.till_readying = readying(
                about=life.feed, conditions=life.conditions, shops=life.shops, zone=life.zone, monotonic=lambda: 0.0
            )
            store, feed = reader(self.path), about(life.feed)
            self.till = StandingDesk(
                about=feed,
                store=store,
                in_force=self.till_readying.current,
                rules=life.rules,
                folder=folder(feed),
                returns=returns(feed, store.progress().returns or feed.reach().returns),
            )

    return Spoilt


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(spoilt(folder=NoCatchUp), id="what came since is not added"),
        pytest.param(spoilt(returns=NothingComesBack), id="a return is not noticed"),
        pytest.param(spoilt(folder=InOrderOfArrival), id="a late purchase is added in order of arrival"),
        pytest.param(spoilt(folder=NewIsWhatHasAHigherNumber), id="a merge is ignored"),
        pytest.param(spoilt(folder=NothingIsOld), id="lines in the lake are taken for none"),
        pytest.param(spoilt(reader=AnyPlanWillDo), id="the plan's digest is ignored"),
        pytest.param(spoilt(readying=WrittenOnce), id="changed conditions and lists are not noticed"),
        pytest.param(spoilt(readying=SameGoods), id="changed products are not noticed"),
        pytest.param(spoilt(about=TraitsOfYesterday), id="changed traits are not noticed"),
    ],
)
def test_what_is_left_out_is_found(make: Make) -> None:
    first = Random().randrange(2**32)
    for seed in range(first, first + 30):
        try:
            wrong, _ = run(seed, "sqlite", 80, make)
        except (LookupError, TypeError, ValueError, AssertionError):
            return  # facts of another plan may not even be readable
        if wrong:
            return
    raise AssertionError("a spoilt desk told the truth in 30 lives")
