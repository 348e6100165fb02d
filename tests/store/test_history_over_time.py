"""A kept history answers as one built whole does, whatever happened in the ledger since it was last asked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from tests.property.naive_random import Conditions
from tests.property.standing_life import EXPIRY_DAYS, SHOPS, Life

from noren.activity.lake import LakeLoop, LakeWriter, ProductRow, Reference, ShopRow
from noren.activity.model import Line
from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.counting import moment_of
from noren.audience.history import Held, KeptHistory, WholeHistory
from noren.audience.history.gathering import Sources
from noren.audience.history.reaching import Reached
from noren.audience.judging import has_basket
from noren.audience.language import Condition, parse
from noren.audience.ports import History
from noren.testing.feed import MemoryFeed
from noren.testing.ledger_engines import ledger_place

STEPS, RUNS = (120, 30) if os.environ.get("NOREN_NIGHT") else (24, 2)
ASKED = 20


@dataclass
class Programme:
    """A life in the ledger, its lake, and both histories over them."""

    life: Life
    loop: LakeLoop
    kept: KeptHistory
    whole: WholeHistory

    def moment(self, days_ago: int) -> Moment:
        """The end of a local day that is over."""
        today: date = self.life.now.astimezone(self.life.zone).date()
        return moment_of(today - timedelta(days=days_ago), self.life.zone)

    def catch_up(self) -> None:
        """Bring the lake up to the ledger."""
        self.loop.reference_changed()
        self.loop.catch_up()


@contextmanager
def programme(rng: Random, folder: Path, kept: type[KeptHistory]) -> Iterator[Programme]:
    """Open a programme of five members."""
    place = ledger_place("sqlite", folder)
    life = Life(rng, place)
    feed, lake = place.feed(), LakeWriter(folder / "lake")
    reference = Reference(
        products=lambda: (ProductRow(str(row[0]), *row[1:]) for row in feed.products()),
        shops=lambda: (ShopRow(s, p.partner or "", s, p.industry, None, None, False) for s, p in SHOPS.items()),
    )
    lists = folder / "lists"
    sources = Sources(folder / "lake", feed, life.zone, lists, EXPIRY_DAYS, lambda: True)
    whole = WholeHistory(sources, folder / "whole")
    try:
        clock = map(float, count(0, 10_000)).__next__  # so that nothing is given again without a look
        history = kept(sources, folder / "kept", whole, monotonic=clock)
        yield Programme(life, LakeLoop(feed, lake, life.zone, reference=reference), history, whole)
    finally:
        lake.close()
        feed.close()
        life.close()
        place.remove()


def who(history: History, moment: Moment, conditions: dict[str, Condition]) -> dict[str, set[bytes]]:
    """Return the handles of each condition."""
    with history.at(moment) as held:
        found = evaluate(conditions, held.prepared, moment)
        return {
            name: {handle for handle, number in held.numbers.items() if number in numbers}
            for name, numbers in found.items()
        }


def some(rng: Random, life: Life) -> dict[str, Condition]:
    """Return conditions that a programme can evaluate: no basket is in hand."""
    asked = Conditions(rng, life.world())
    drawn = [asked.condition() for _ in range(ASKED)]
    return {str(number): one for number, one in enumerate(drawn) if not has_basket(one)}


def differences(seed: int) -> int:
    """Live, asking both histories now and then; return how many answers differ."""
    print("seed", seed)
    rng, wrong = Random(seed), 0
    with tempfile.TemporaryDirectory() as name, programme(rng, Path(name), KeptHistory) as both:
        (Path(name) / "lists").mkdir()
        for _ in range(STEPS):
            both.catch_up()
            both.life.step()
            if rng.random() < 0.6:
                continue
            both.catch_up()
            for listed, values in both.life.lists.items():
                (Path(name) / "lists" / f"{listed}.txt").write_text("\n".join(values), "utf-8")
            conditions, moment = some(rng, both.life), both.moment(rng.choice([1, 1, 1, 2, 30]))
            kept_says, whole_says = who(both.kept, moment, conditions), who(both.whole, moment, conditions)
            wrong += sum(kept_says[name] != whole_says[name] for name in conditions)
    return wrong


@pytest.mark.parametrize("run", range(RUNS))
def test_a_kept_history_answers_as_a_whole_one(run: int) -> None:
    assert differences(Random().randrange(2**32)) == 0, run


class NoReturns(KeptHistory):
    """What was brought back since is passed over."""

    @contextmanager
    def at(self, moment: Moment) -> Iterator[Held]:  # type: ignore[override]
        self.asked = moment
        with super().at(moment) as held:
            yield held

    def _still(self, *given: Any) -> Reached:
        held = super()._still(*given)
        return msgspec.structs.replace(held, as_of_us=max(held.as_of_us, self.asked.instant_us), returned=2**62)


class NothingNew(KeptHistory):
    """Four entries since are passed over."""

    def _still(self, *given: Any) -> Reached:
        held = super()._still(*given)
        return msgspec.structs.replace(held, purchase=held.purchase + 4) if held.purchase else held


class MergesMissed(KeptHistory):
    """Purchases of who was merged since are not told again."""

    def _told_again(self, *given: Any) -> list[bytes]:
        super()._told_again(*given)
        return []


def scripted(kept: type[KeptHistory]) -> bool:
    """Something is bought, brought back, merged and bought again; return whether both histories still agree."""
    texts = ["units(any) >= 3", "visits(any) >= 1", "visits(any) >= 3", "spend(any) = 300"]
    conditions = {text: read for text in texts if isinstance(read := parse(text), Condition)}
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), kept) as both:
        life = both.life
        first, second, third = life.holders[:3]
        three = life.buy(first, [("p0", 3, 300)])
        life.buy(second, [("p1", 1, 100)])
        agree = asked_of_both(both, conditions)
        life.give_back(three, 0, 2, 200)
        life.join(second, third)
        for _ in range(2):
            life.buy(third, [("p2", 1, 100)])
        return asked_of_both(both, conditions) and agree


def asked_of_both(both: Programme, conditions: dict[str, Condition]) -> bool:
    both.life.wait_days(2)
    both.catch_up()
    moment = both.moment(1)
    return who(both.kept, moment, conditions) == who(both.whole, moment, conditions)


def test_the_script_agrees() -> None:
    assert scripted(KeptHistory)


@pytest.mark.parametrize("kept", [NoReturns, NothingNew, MergesMissed])
def test_what_is_not_told_again_is_found(kept: type[KeptHistory]) -> None:
    assert not scripted(kept)


CONDITIONS = {
    text: read
    for text in ("units(any) >= 3", "visits(any) >= 1", "visits(any) >= 2", "spend(any) = 300")
    if isinstance(read := parse(text), Condition)
}


@dataclass(frozen=True)
class MergedMeanwhile(Sources):
    """Something happens in the ledger after the members were read, and before the merges are."""

    happens: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def ends(self) -> dict[bytes, bytes]:
        while self.happens:
            self.happens.pop()()
        return super().ends()


def as_found(sources: Sources, happens: list[Callable[[], None]]) -> MergedMeanwhile:
    of = (sources.lake, sources.feed, sources.zone, sources.lists, sources.expiry_days, sources.caught_up)
    return MergedMeanwhile(*of, happens)


def test_who_is_merged_while_the_history_is_read_is_not_lost() -> None:
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), KeptHistory) as both:
        first, second = both.life.holders[:2]
        both.life.buy(first, [("p0", 3, 300)])
        both.life.buy(second, [("p1", 1, 100)])
        both.kept.sources = as_found(both.kept.sources, [lambda: both.life.join(first, second)])
        asked_of_both(both, CONDITIONS)
        assert asked_of_both(both, CONDITIONS)


@pytest.mark.parametrize("spoilt", ["manifest.json", "members.parquet", "listed.npy", "receipts.*.npy"])
def test_what_can_not_be_read_is_made_again(spoilt: str) -> None:
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), KeptHistory) as both:
        both.life.buy(both.life.holders[0], [("p0", 3, 300)])
        assert asked_of_both(both, CONDITIONS)
        files = [*both.kept.folder.rglob(spoilt)]
        assert files
        for file in files:
            file.write_bytes(b"")
        both.kept = KeptHistory(both.kept.sources, both.kept.folder, both.whole)
        assert asked_of_both(both, CONDITIONS)
        assert both.kept.made_again == 1


class OldNews(KeptHistory):
    """It does not look whether the lake is the one that it knows."""

    def _still(self, *given: Any) -> Reached:
        _, reached, _ = given
        return reached if reached.shops else super()._still(*given)


@pytest.mark.parametrize(("kept", "agrees"), [(KeptHistory, True), (OldNews, False)])
def test_a_ledger_that_was_put_back_is_known(kept: type[KeptHistory], *, agrees: bool) -> None:
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), kept) as both:
        both.life.wait_days(2)
        moment = both.moment(1)
        for number, amount in enumerate((300, 100)):
            feed, place = MemoryFeed(), Path(name) / f"lake-{number}"
            for holder in both.life.holders[: 1 + number]:
                feed.buy(holder.handle, [Line("p0", 3, amount)], shop="s1", partner="P")
            lake = LakeWriter(place)
            LakeLoop(feed, lake, both.life.zone).catch_up()
            lake.close()
            both.kept.sources = replace(both.kept.sources, lake=place)
            found = who(both.kept, moment, CONDITIONS)
            assert bool(found["visits(any) >= 1"])
        assert (found == who(WholeHistory(both.kept.sources, both.whole.work), moment, CONDITIONS)) is agrees


class PowerCut(BaseException):
    """The machine is off."""


class Cut(KeptHistory):
    """The power goes after the refresh, before it is noted how far it reaches."""

    def _write(self, reached: Reached) -> None:
        if reached.as_of_us == reached.told_us:
            raise PowerCut
        super()._write(reached)


class CutAndUnsaid(Cut):
    """Nor was it said before up to when returns were going to be taken off."""

    def _write(self, reached: Reached) -> None:
        super()._write(
            msgspec.structs.replace(reached, told_us=reached.as_of_us - (reached.as_of_us != reached.told_us))
        )


@pytest.mark.parametrize(("cut", "agrees"), [(Cut, True), (CutAndUnsaid, False)])
def test_after_a_power_cut_an_earlier_instant_is_answered_whole(cut: type[KeptHistory], *, agrees: bool) -> None:
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), KeptHistory) as both:
        one = both.life.buy(both.life.holders[0], [("p0", 3, 300)])
        assert asked_of_both(both, CONDITIONS)
        before = both.moment(1)
        both.life.give_back(one, 0, 2, 200)
        both.life.wait_days(2)
        both.catch_up()
        with pytest.raises(PowerCut), cut(both.kept.sources, both.kept.folder, both.whole).at(both.moment(1)):
            pass
        again = KeptHistory(both.kept.sources, both.kept.folder, both.whole)
        assert (who(again, before, CONDITIONS) == who(both.whole, before, CONDITIONS)) is agrees


def test_a_list_that_changed_is_read_anew() -> None:
    listed = parse('visits(product in list "mine") >= 1')
    assert isinstance(listed, Condition)
    with tempfile.TemporaryDirectory() as name, programme(Random(1), Path(name), KeptHistory) as both:
        kept = KeptHistory(both.kept.sources, both.kept.folder, both.whole, monotonic=lambda: 0.0)
        both.life.buy(both.life.holders[0], [("p0", 3, 300)])
        both.life.wait_days(2)
        both.catch_up()
        kept.sources.lists.mkdir()
        found: list[int] = []
        for products in ("p1", "p1\np0"):
            (kept.sources.lists / "mine.txt").write_text(products, "utf-8")
            found.append(len(who(kept, both.moment(1), {"listed": listed})["listed"]))
        assert found == [0, 1]
