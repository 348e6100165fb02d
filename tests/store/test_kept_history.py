"""A kept history in its folder: what a crash leaves, who leaves, what is written anew, what does not fit."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from tests.property.naive_files import write
from tests.property.naive_random import Conditions, random_world
from tests.property.naive_world import Line, World
from tests.property.test_batch_agrees import differences, moment_of

from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.kept.adding import TooMuch
from noren.audience.batch.kept.history import History
from noren.audience.batch.kept.part import Part
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.language import Condition

SEED = 20_261_126


class Lab:
    """A history told in two halves, and conditions on it."""

    def __init__(self, folder: Path) -> None:
        rng = Random(SEED)
        print(f"seed {SEED}")
        self.world = random_world(rng, 20)
        self.half = replace(self.world, purchases=self.world.purchases[::2])
        source = Conditions(rng, self.world)
        self.conditions = [source.condition() for _ in range(60)]
        self._folder = folder
        self._written = 0

    def told(self, world: World) -> Inputs:
        self._written += 1
        here = self._folder / f"told-{self._written}"
        here.mkdir()
        return write(world, here, parquet=True, offsets=True)

    def wrong(self, world: World, prepared: Prepared) -> list[str]:
        """Say where the naive evaluator finds others than the history."""
        asked: dict[str, Condition] = {str(number): one for number, one in enumerate(self.conditions)}
        found = evaluate(asked, prepared, moment_of(world))
        return differences(
            world, self.conditions, [sorted(map(prepared.names.__getitem__, who)) for who in found.values()]
        )


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def both_sides(lab: Lab, folder: Path) -> tuple[Path, Path]:
    """Return the folders of a history before and after a refresh."""
    History(folder / "before", lab.world.zone).refresh(lab.told(lab.half))
    shutil.copytree(folder / "before", folder / "after")
    rest = replace(lab.world, purchases=lab.world.purchases[1::2])
    History(folder / "after", lab.world.zone).refresh(lab.told(rest))
    return folder / "before", folder / "after"


def laid_over(one: Path, other: Path, out: Path, manifest: Path, torn: bool) -> Path:
    """Return a folder with the files of both, those of ``other`` perhaps cut short, and this manifest."""
    shutil.copytree(one, out)
    for path in sorted(other.rglob("*")):
        there = out / path.relative_to(other)
        if path.is_dir():
            there.mkdir(exist_ok=True)
        elif not there.exists():
            data = path.read_bytes()
            there.write_bytes(data[: len(data) // 2] if torn else data)
    shutil.copy(manifest / "manifest.json", out / "manifest.json")
    return out


@pytest.mark.parametrize("torn", [False, True])
def test_a_crash_leaves_the_history_before_or_after(lab: Lab, tmp_path: Path, torn: bool) -> None:
    before, after = both_sides(lab, tmp_path)
    crashed = laid_over(before, after, tmp_path / "before-the-switch", before, torn)
    (crashed / "manifest.next").write_bytes((after / "manifest.json").read_bytes()[:9])
    (crashed / "work").mkdir()
    history = History(crashed, lab.world.zone)
    assert not lab.wrong(lab.half, history.prepared())
    rest = replace(lab.world, purchases=lab.world.purchases[1::2])
    assert not lab.wrong(lab.world, history.refresh(lab.told(rest)))
    crashed = laid_over(after, before, tmp_path / "after-the-switch", after, torn)
    History(after, lab.world.zone)
    assert not lab.wrong(lab.world, History(crashed, lab.world.zone).prepared())
    assert sorted(path.name for path in crashed.rglob("*")) == sorted(path.name for path in after.rglob("*"))


def test_a_switch_before_its_files_would_be_seen(lab: Lab, tmp_path: Path) -> None:
    """Negative control: what the order of writing prevents can not be read."""
    before, after = both_sides(lab, tmp_path)
    crashed = laid_over(before, after, tmp_path / "too-early", after, torn=True)
    with pytest.raises(Exception, match=r"."):
        History(crashed, lab.world.zone).prepared()


def test_who_leaves_is_in_no_answer_and_after_compacting_in_no_file(lab: Lab, tmp_path: Path) -> None:
    history = History(tmp_path / "history", lab.world.zone)
    history.refresh(lab.told(lab.world))
    gone = lab.world.members[0].member
    left = replace(lab.world, members=lab.world.members[1:], purchases=[])
    without = replace(left, purchases=[one for one in lab.world.purchases if one.member != gone])
    assert lab.wrong(without, history.prepared()), "she is in some answers before"
    assert not lab.wrong(without, history.refresh(lab.told(left)))
    number = list(history.prepared().names).index(gone)
    assert number in members_in(tmp_path / "history")
    assert not lab.wrong(without, history.compact())
    assert number not in members_in(tmp_path / "history")
    assert gone not in list(History(tmp_path / "history", lab.world.zone).prepared().names)
    again = history.refresh(lab.told(lab.world))
    assert not lab.wrong(lab.world, again), "she may come back, as someone new"
    assert list(again.names).index(gone) != number


def members_in(folder: Path) -> set[int]:
    """Return the members who have a receipt in some part."""
    found = [np.load(path) for path in folder.rglob("receipts.member_no.npy")]
    return set(np.concatenate(found).tolist())


def test_what_was_returned_goes_on_through_the_next_refresh(lab: Lab, tmp_path: Path) -> None:
    history = History(tmp_path / "history", lab.world.zone)
    before = history.refresh(lab.told(lab.half))
    after = history.refresh(lab.told(replace(lab.world, purchases=lab.world.purchases[1::2])))
    assert not lab.wrong(lab.half, before)
    assert not lab.wrong(lab.world, after)


def test_sums_beyond_64_bits_are_refused_and_nothing_changes(lab: Lab, tmp_path: Path) -> None:
    history = History(tmp_path / "history", lab.world.zone)
    history.refresh(lab.told(lab.half))
    much = replace(lab.world.purchases[0], receipt="much", lines=(Line("p0", 1, 2**62), Line("p0", 1, 2**62)))
    with pytest.raises(TooMuch):
        history.refresh(lab.told(replace(lab.world, purchases=[much])))
    assert not lab.wrong(lab.half, history.prepared())
    assert not lab.wrong(lab.half, History(tmp_path / "history", lab.world.zone).prepared())


def test_receipts_are_told_apart_by_both_halves_of_their_keys() -> None:
    keys = {"low": np.array([1, 5, 5, 5, 9]), "high": np.array([7, 1, 2, 3, 7]), "place": np.array([4, 3, 2, 1, 0])}
    none = np.array([0, 0, 0, 0, 0])
    part = Part({"member_no": none, "at_us": none, "day": none}, {}, {}, keys)
    found = part.places_of(np.array([5, 5, 9, 5, 8]), np.array([3, 1, 7, 4, 7]))
    assert sorted(found.tolist()) == [0, 1, 3]
