"""A kept history answers as one built whole does, whatever happened in the ledger since it was last asked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.counting import moment_of
from noren.audience.history import Held, KeptHistory, WholeHistory
from noren.audience.history.gathering import Sources
from noren.audience.history.keeping import Reached
from noren.audience.judging import has_basket, has_tier
from noren.audience.language import Condition, parse
from noren.audience.ports import History
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
    """Return conditions that a programme can evaluate: it has no tiers, and no basket is in hand."""
    asked = Conditions(rng, life.world())
    drawn = [asked.condition() for _ in range(ASKED)]
    return {str(number): one for number, one in enumerate(drawn) if not (has_tier(one) or has_basket(one))}


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

    def _reached(self) -> Reached:
        held = super()._reached()
        return msgspec.structs.replace(held, as_of_us=max(held.as_of_us, self.asked.instant_us), returned=2**62)


class NothingNew(KeptHistory):
    """Four entries since are passed over."""

    def _reached(self) -> Reached:
        held = super()._reached()
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
