"""A kept history answers as one built whole does, whatever happened in the ledger since it was last asked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.property.naive_random import Conditions
from tests.property.standing_life import EXPIRY_DAYS, SHOPS, Life

from noren.activity.lake import LakeLoop, LakeWriter, ProductRow, Reference, ShopRow
from noren.audience.batch.errors import CannotEvaluate
from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.counting import moment_of
from noren.audience.history import KeptHistory, WholeHistory
from noren.audience.history.gathering import Sources
from noren.audience.history.keeping import Reached
from noren.audience.language import Condition
from noren.audience.ports import History
from noren.testing.ledger_engines import ledger_place

STEPS, RUNS = (120, 30) if os.environ.get("NOREN_NIGHT") else (40, 3)
ASKED = 12


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
        yield Programme(
            life, LakeLoop(feed, lake, life.zone, reference=reference), kept(sources, folder / "kept", whole), whole
        )
    finally:
        lake.close()
        feed.close()
        life.close()
        place.remove()


def who(history: History, moment: Moment, conditions: list[Condition]) -> list[set[bytes] | str]:
    """Return the handles of each condition; in words what can not be evaluated."""
    found: list[set[bytes] | str] = []
    with history.at(moment) as held:
        for condition in conditions:
            try:
                numbers = evaluate({"": condition}, held.prepared, moment)[""]
            except CannotEvaluate as cannot:
                found.append(str(cannot.say))
            else:
                found.append({handle for handle, number in held.numbers.items() if number in numbers})
    return found


def differences(seed: int, kept: type[KeptHistory] = KeptHistory, steps: int = STEPS) -> int:
    """Live, asking both histories now and then; return how many answers differ."""
    print("seed", seed)
    rng, wrong = Random(seed), 0
    with tempfile.TemporaryDirectory() as name, programme(rng, Path(name), kept) as both:
        (Path(name) / "lists").mkdir()
        for _ in range(steps):
            both.catch_up()
            both.life.step()
            if rng.random() < 0.6:
                continue
            both.catch_up()
            for listed, values in both.life.lists.items():
                (Path(name) / "lists" / f"{listed}.txt").write_text("\n".join(values), "utf-8")
            asked = Conditions(rng, both.life.world())
            conditions = [asked.condition() for _ in range(ASKED)]
            moment = both.moment(rng.choice([1, 1, 1, 2, 30]))
            pairs = zip(who(both.kept, moment, conditions), who(both.whole, moment, conditions), strict=True)
            wrong += sum(one != other for one, other in pairs)
    return wrong


@pytest.mark.parametrize("run", range(RUNS))
def test_a_kept_history_answers_as_a_whole_one(run: int) -> None:
    assert differences(Random().randrange(2**32)) == 0, run


class NoReturns(KeptHistory):
    """Returns made since are not looked for."""

    def _reached(self) -> Reached:
        held = super()._reached()
        return Reached(held.purchase, 2**62, 2**62 if held.purchase else held.as_of_us, held.shops, held.merged)


def test_what_is_not_told_again_is_found() -> None:
    raise NotImplementedError
