"""The kept history and the naive evaluator agree, however the history came: in pieces, late, corrected, taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.naive_world import Member, Purchase, World
from tests.property.test_batch_agrees import (
    CONDITIONS,
    MEMBERS,
    NIGHT,
    SETTINGS,
    differences,
    files_of,
    made,
    moment_of,
)

from noren.audience.batch.evaluating import Engine, evaluate
from noren.audience.batch.kept.history import History
from noren.audience.batch.kept.index import HistoryIndex
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.language import Condition

Kept = Callable[[World, Path, Random], Prepared]
"""How a world comes into a history."""


def in_pieces(world: World, folder: Path, rng: Random) -> Prepared:
    """Tell the history in random pieces: not in order, some of it wrong at first, some of it of who left."""
    history = History(folder / "history", world.zone)
    for number, (piece, gone) in enumerate(pieces(world, rng)):
        here = folder / f"piece-{number}"
        here.mkdir()
        history.refresh(files_of(piece, here, rng), gone)
        if rng.random() < 0.2:
            history.compact()
        if rng.random() < 0.3:
            history = History(folder / "history", world.zone)
    return history.prepared()


def pieces(world: World, rng: Random) -> list[tuple[World, list[str]]]:
    """Return worlds that come to the world, each with the receipts that are gone by then."""
    count = rng.randint(1, 5)
    told: list[list[Purchase]] = [[] for _ in range(count)]
    gone: list[list[str]] = [[] for _ in range(count)]
    for one in world.purchases:
        last = rng.randrange(count)
        told[last].append(one)
        if last and rng.random() < 0.3:
            told[rng.randrange(last)].append(_otherwise(one, world, rng))
    for number in range(20):
        last = rng.randrange(count)
        if last:
            told[rng.randrange(last)].append(replace(rng.choice(world.purchases), receipt=f"gone{number}"))
            gone[last].append(f"gone{number}")
    told[0] += [replace(one, receipt=f"left{number}", member="left") for number, one in enumerate(world.purchases[:5])]
    out = [(replace(world, purchases=told[number]), gone[number]) for number in range(count - 1)]
    for piece, _ in out:
        piece.members = [*rng.sample(world.members, len(world.members)), Member("left")]
        piece.products = {name: rng.choice(list(world.products.values())) for name in world.products}
    return [*out, (replace(world, purchases=told[-1]), gone[-1])]


def _otherwise(one: Purchase, world: World, rng: Random) -> Purchase:
    """Return a purchase as it was told before: of another member, at another time, or with other lines."""
    other = rng.choice(world.purchases)
    return rng.choice(
        [
            replace(one, member=rng.choice(world.members).member),
            replace(one, at=one.at - timedelta(days=rng.randint(1, 40)), recorded_at=None),
            replace(one, lines=other.lines, points=other.points),
            replace(one, shop=other.shop, partner=other.partner, industry=other.industry),
        ]
    )


def answers(
    world: World, conditions: list[Condition], rng: Random, kept: Kept = in_pieces, engine: Engine = "duckdb"
) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        prepared = kept(world, Path(folder), rng)
        asked = {str(number): one for number, one in enumerate(conditions)}
        found = evaluate(asked, prepared, moment_of(world), engine)
        return [sorted(prepared.names[number] for number in who) for who in found.values()]


def agree(seed: int, kept: Kept = in_pieces, engine: Engine = "duckdb") -> list[str]:
    world, conditions, rng = made(seed)
    return [
        f"{world.zone} {world.as_of} {world.horizon}: {one}"
        for one in differences(world, conditions, answers(world, conditions, rng, kept, engine))
    ]


@settings(SETTINGS, max_examples=40 if NIGHT else 6)
@given(st.integers(0, 2**32 - 1))
def test_kept_and_naive_agree(seed: int) -> None:
    print(f"seed {seed}: {CONDITIONS} conditions on {MEMBERS} members")
    wrong = agree(seed)
    assert not wrong, "\n".join(wrong[:3])


def test_other_engines_get_the_whole_history() -> None:
    for engine in ("duckdb", "live"):
        wrong = agree(11, in_tables if engine == "duckdb" else in_pieces, engine)
        assert not wrong, engine + "\n".join(wrong[:3])


def in_tables(world: World, folder: Path, rng: Random) -> Prepared:
    """Return a history as the statement reads it."""
    (folder / "whole").mkdir()
    return in_pieces(world, folder, rng).in_tables(folder / "whole")


def spoilt(spoil: Callable[[HistoryIndex], HistoryIndex]) -> Kept:
    """Return a history whose index is spoilt."""

    def kept(world: World, folder: Path, rng: Random) -> Prepared:
        prepared = in_pieces(world, folder, rng)
        assert isinstance(prepared.index, HistoryIndex), "it is kept"
        return replace(prepared, index=spoil(prepared.index))

    return kept


def _nothing_dies(index: HistoryIndex) -> HistoryIndex:
    return replace(index, parts=[(part, None) for part, _ in index.parts])


def _who_left_counts(index: HistoryIndex) -> HistoryIndex:
    return replace(index, listed=None)


def _the_last_part_is_missing(index: HistoryIndex) -> HistoryIndex:
    return replace(index, parts=index.parts[:-1])


def _a_day_late(index: HistoryIndex) -> HistoryIndex:
    for part, _ in index.parts:
        part.receipts["day"] = part.receipts["day"] + 1
    return index


def _lists_of_yesterday(index: HistoryIndex) -> HistoryIndex:
    """Take lists by attributes for what they would hold now."""
    for part, _ in index.parts:
        codes = part.codes["category"]
        count = len(part.lists["category"].starts) - 1
        part.codes["category"] = np.where(codes < 0, codes, (codes + 1) % max(count, 1))
        part.sizes["category"] = np.bincount(part.codes["category"][codes >= 0], minlength=count)
    return index


def _a_missing_brand_is_one(index: HistoryIndex) -> HistoryIndex:
    return replace(index, goods=replace(index.goods, brand=np.maximum(index.goods.brand, 0)))


FAULTS = {
    "what was replaced counts": spoilt(_nothing_dies),
    "who left is ranked": spoilt(_who_left_counts),
    "what came last is missing": spoilt(_the_last_part_is_missing),
    "days are a day late": spoilt(_a_day_late),
    "lists hold other products than they say": spoilt(_lists_of_yesterday),
    "a missing brand is a brand": spoilt(_a_missing_brand_is_one),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoilt_history_is_found(fault: str) -> None:
    """Negative control: each fault shows within a few runs."""
    assert any(agree(seed, FAULTS[fault]) for seed in range(12)), fault


@pytest.mark.skipif(not NIGHT, reason="20 histories in pieces, minutes: make night")
def test_a_hundred_thousand_pairs_agree() -> None:
    """The runs of docs/measured.md: 20 histories of 50 members in pieces, 100 conditions on each."""
    for seed in range(30_000, 30_020):
        wrong = agree(seed)
        assert not wrong, f"seed {seed}\n" + "\n".join(wrong[:3])
