"""Standings that a till remembers are bounded by what they take up, and what was asked last stays longest."""

from __future__ import annotations

import pytest

from noren.audience.live import Standing
from noren.audience.live.kept import Facts, Layout
from noren.audience.standings.model import Kept
from noren.audience.standings.remembered import Remembered, size_of

LAYOUT = Layout((0,) * 100, (tuple(range(100)),))


def kept(facts: int, head: int = 1) -> Kept:
    held = Facts(LAYOUT)
    held.update(dict.fromkeys(range(facts), (1, (2,), (3,))))
    return Kept(Standing(b"plan", held), head, 0, 0)


def test_the_oldest_go_when_there_is_no_room() -> None:
    memory = Remembered(3 * size_of(kept(10)))
    for name in (b"a", b"b", b"c"):
        memory.put(name, kept(10))
    memory.put(b"a", kept(10, head=2))
    memory.put(b"d", kept(10))
    assert [memory.get(name) is not None for name in (b"a", b"b", b"c", b"d")] == [True, False, True, True]
    assert memory.get(b"a").head == 2  # type: ignore[union-attr]


def test_a_large_one_takes_the_place_of_several() -> None:
    memory = Remembered(size_of(kept(100)))
    for name in (b"a", b"b", b"c"):
        memory.put(name, kept(10))
    memory.put(b"d", kept(100))
    assert len(memory) == 1
    assert memory.get(b"d") is not None


@pytest.mark.parametrize("most", [0, 10])
def test_what_is_too_large_is_not_remembered(most: int) -> None:
    memory = Remembered(most)
    memory.put(b"a", kept(1))
    assert len(memory) == 0


def test_what_is_dropped_gives_its_room_back() -> None:
    memory = Remembered(2 * size_of(kept(10)))
    for name in (b"a", b"b"):
        memory.put(name, kept(10))
    memory.drop(b"a")
    memory.put(b"c", kept(10))
    assert memory.get(b"b") is not None
    memory.clear()
    memory.put(b"e", kept(10))
    memory.put(b"f", kept(10))
    assert len(memory) == 2


@pytest.mark.parametrize(
    ("only", "asked", "tells"),
    [
        (None, None, True),
        (None, frozenset({1}), True),
        (frozenset({1, 2}), frozenset({1}), True),
        (frozenset({1, 2}), frozenset({3}), False),
        (frozenset({1, 2}), None, False),
    ],
)
def test_what_has_grown_in_part_is_asked_for_that_alone(
    only: frozenset[int] | None, asked: frozenset[int] | None, tells: bool
) -> None:
    assert Kept(Standing(b"plan", Facts(LAYOUT)), 1, 0, 0, only).tells(asked) is tells
