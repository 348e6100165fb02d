"""A till's desk and a ledger-worker's keeper over one life, as the zones have them; and the naive evaluator's truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.property.naive_evaluator import Naive
from tests.property.naive_world import World
from tests.property.standing_book import DeskBook
from tests.property.standing_life import Holder, Life, conditions_of

from noren.audience.language import to_text
from noren.audience.ledger_readings import is_young
from noren.audience.live import Place
from noren.audience.standings import NotReady, Readying, Row, StandingDesk, Why
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.store import StandingFile, StandingReader
from noren.testing.standings import NoStandings

ANYWHERE = Place("s1", "P")


class House:
    """A till's desk and a ledger-worker's keeper over one life, as the zones have them."""

    def __init__(self, life: Life, folder: Path) -> None:
        self.life, self.path = life, folder / "standings.db"
        self.asked: Counter[str] = Counter()
        self.start_worker()
        self.start_till()
        self.book = DeskBook(life, lambda: self.till, lambda: self.till_readying)

    def readying(self) -> Readying:
        life = self.life
        return Readying(
            about=life.feed, conditions=life.conditions, shops=life.shops, zone=life.zone, monotonic=lambda: 0.0
        )

    def start_worker(self) -> None:
        self.file = StandingFile(self.path)
        self.keeper = Keeper(
            about=self.life.feed, store=self.file, readying=self.readying(), rules=self.life.rules,
            now=lambda: self.life.now, old=self.life.old, grace_seconds=0.0,
        )  # fmt: skip

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
            store=NoStandings(),
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

    def row(self, handle: bytes, day: int) -> Row | None:
        """What the store has of a member under the plan that is asked."""
        return self.file.load(handle, day, self.file.plans()[-1].digest)

    def work(self) -> None:
        while self.keeper.step():
            continue

    def differences(self, desk: StandingDesk, naive: dict[str, list[str]], whose: str) -> list[str]:
        out: list[str] = []
        self.book.ask_of([one.name for one in self.life.conditions.now])
        for holder in self.life.holders if desk is self.till and self.book.few else ():
            out += self._differences_of_few(holder, naive, whose)
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

    def _differences_of_few(self, holder: Holder, naive: dict[str, list[str]], whose: str) -> list[str]:
        """Ask of a few conditions by name, by what the desk knows of these alone; they are true of nobody young."""
        found = self.life.feed.place(holder.handle)
        assert found is not None
        if self.till_readying.current(found.products) is None:
            self.till_readying.refresh()  # named conditions are asked by what was ready before, meanwhile
        few = dict.fromkeys(self.life.rng.choice(self.book.few), False)
        told = self.till.ask(holder.handle, self.life.now, ANYWHERE, None, few)
        self.asked[f"few, {whose} {told.why if isinstance(told, NotReady) else 'told'}"] += 1
        if isinstance(told, NotReady):
            return []
        young = is_young(found.traits, self.life.now.astimezone(self.life.zone).date())
        true = {name for name in few if holder.name in naive.get(name, ()) and not young}
        return [] if told == true else [f"{whose}, few, {holder.name} at {self.life.now}: {sorted(told ^ true)}"]


def truth(life: Life, world: World | None = None) -> dict[str, list[str]]:
    """Return who each condition is true of now, by the naive evaluator."""
    naive = Naive(world or life.world())
    return {name: naive.who(condition) for name, condition in conditions_of(life).items()}


Make = Callable[[Life, Path], House]
