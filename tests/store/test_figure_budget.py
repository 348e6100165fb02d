"""P8: what figures cost is durable before they leave, and comes back by no restart, restore, clock or haste."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from noren.audience.errors import HighWaterLost
from noren.audience.figure.asking import Asker, PrivateFigures, look_at_mark
from noren.audience.figure.budget import BudgetEmpty, Limits, month_of
from noren.audience.figure.spent import SpentFile
from noren.audience.model import Asked, Channel, Question
from noren.audience.ports import Charge, Drawn
from noren.audience.store import AudienceStore
from noren.testing.figures import SeededNoise

SEED = 20261126
TODAY = date(2026, 11, 26)
DAY = TODAY - timedelta(days=1)
LIMITS = Limits(figure=100, asker=500, programme=1_000)
EXACT = 1_000


def question(number: int) -> Question:
    return Question((Asked(str(number).encode(), "campaign", "P1", Channel.TILL),))


class Bench:
    """A store and its mark in a folder, opened and closed as a worker does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.draws = 0

    @property
    def mark(self) -> SpentFile:
        return SpentFile(self.folder / "spent")

    @contextmanager
    def open(self, seed: int = SEED, today: date = TODAY) -> Iterator[Callable[..., Sequence[int] | BudgetEmpty]]:
        mark, path = self.mark, self.folder / "audiences.db"
        if not path.exists() and not mark.exists:
            mark.begin({})
        store = AudienceStore(path)
        look_at_mark(mark, [month_of(today), store.latest_month()], LIMITS)
        figures = PrivateFigures(store, mark, SeededNoise(seed), LIMITS)

        def ask(number: int, asker: str = "a", today: date = today, day: date = DAY) -> Sequence[int] | BudgetEmpty:
            return figures.ask([question(number)], day, Asker(asker, today), self._count)

        try:
            yield ask
        finally:
            store.close()

    def _count(self, new: Sequence[Question]) -> Sequence[int]:
        self.draws += len(new)
        return [EXACT] * len(new)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    print(f"seed {SEED}")
    return Bench(tmp_path / "audiences")


def test_a_figure_is_the_same_after_a_restart_and_paid_once(bench: Bench) -> None:
    with bench.open(1) as ask:
        first = ask(1)
    with bench.open(2) as ask:
        assert ask(1) == first
        assert ask(1, asker="another") == first
    assert bench.draws == 1
    assert bench.mark.read() == {"2026-11": {"a": LIMITS.figure}}


def test_each_asker_and_the_programme_have_an_end(bench: Bench) -> None:
    with bench.open() as ask:
        assert [isinstance(ask(n), BudgetEmpty) for n in range(6)] == [False] * 5 + [True]
        assert [isinstance(ask(n, asker="b"), BudgetEmpty) for n in range(10, 16)] == [False] * 5 + [True]
        empty = ask(20, asker="c")
    assert empty == BudgetEmpty("programme", date(2026, 12, 1))
    assert bench.draws == 10, "what can not be paid is not even counted"


def test_a_new_month_brings_a_new_budget_and_an_old_one_none(bench: Bench) -> None:
    with bench.open() as ask:
        for number in range(5):
            ask(number)
        december = date(2026, 12, 1)
        assert not isinstance(ask(6, today=december), BudgetEmpty)
        for number in range(7, 11):
            ask(number, today=december)
        for back in (TODAY, date(2026, 10, 1), date(2020, 1, 1)):
            assert isinstance(ask(99, today=back), BudgetEmpty), "the clock was turned back"


def test_a_restored_store_brings_nothing_back(bench: Bench, tmp_path: Path) -> None:
    with bench.open() as ask:
        ask(1)
    shutil.copytree(bench.folder, tmp_path / "backup")
    with bench.open() as ask:
        for number in range(2, 6):
            ask(number)
    for name in ("audiences.db", "audiences.db-wal", "audiences.db-shm"):
        (bench.folder / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup" / "audiences.db", bench.folder / "audiences.db")
    with bench.open() as ask:
        assert isinstance(ask(6), BudgetEmpty)
        assert not isinstance(ask(1), BudgetEmpty), "what the backup knows is told again"
    (bench.folder / "spent").unlink()
    with bench.open() as ask:
        assert isinstance(ask(6, asker="somebody new"), BudgetEmpty), "without its mark the month is spent"
        assert not isinstance(ask(6, today=date(2026, 12, 1)), BudgetEmpty)


def test_control_without_the_mark_a_restore_would_bring_it_back(bench: Bench, tmp_path: Path) -> None:
    with bench.open() as ask:
        ask(1)
    shutil.copytree(bench.folder, tmp_path / "backup")
    with bench.open() as ask:
        for number in range(2, 6):
            ask(number)
    shutil.rmtree(bench.folder)
    shutil.copytree(tmp_path / "backup", bench.folder)
    with bench.open() as ask:
        assert not isinstance(ask(6), BudgetEmpty)


@pytest.mark.parametrize("rubbish", [b"", b"{", b'{"months": {"2026-11": {"a": "none"}}}'])
def test_a_damaged_mark_is_no_empty_one(bench: Bench, rubbish: bytes) -> None:
    with bench.open() as ask:
        ask(1)
        (bench.folder / "spent").write_bytes(rubbish)
        with pytest.raises(HighWaterLost):
            ask(2)
    with bench.open() as ask:
        assert isinstance(ask(2), BudgetEmpty)
    assert bench.draws == 1


def test_what_broke_on_the_way_is_paid_all_the_same(bench: Bench) -> None:
    class Cut(AudienceStore):
        def put_figure(self, drawn: Drawn, charge: Charge) -> None:
            raise OSError("the power went")

    with bench.open():
        pass
    store = Cut(bench.folder / "audiences.db")
    figures = PrivateFigures(store, bench.mark, SeededNoise(SEED), LIMITS)
    with pytest.raises(OSError, match="the power went"):
        figures.ask([question(1)], DAY, Asker("a", TODAY), lambda new: [EXACT] * len(new))
    store.close()
    with bench.open() as ask:
        assert [isinstance(ask(n), BudgetEmpty) for n in range(1, 6)] == [False] * 4 + [True]


def test_an_answer_waits_for_mark_and_store(bench: Bench) -> None:
    """Whatever had been told at any time, a power cut right then had left its charge behind."""
    seen: list[tuple[int, int]] = []
    with bench.open() as ask:
        for number in range(5):
            ask(number)
            other = AudienceStore(bench.folder / "audiences.db")
            seen.append((sum(bench.mark.read()["2026-11"].values()), sum(other.spent("2026-11").values())))
            other.close()
    assert seen == [(100 * n, 100 * n) for n in range(1, 6)]


def test_who_ask_at_once_get_one_draw_and_never_more_than_there_is(bench: Bench) -> None:
    got: list[Sequence[int] | BudgetEmpty] = []
    with bench.open() as ask:
        gate = threading.Barrier(12)

        def go(asker: int) -> None:
            gate.wait()
            got.extend(ask(number, asker=f"a{asker}") for number in range(12))

        threads = [threading.Thread(target=go, args=(asker,)) for asker in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told = [each for each in got if not isinstance(each, BudgetEmpty)]
    assert len(got) == 144
    assert told
    assert bench.draws == LIMITS.programme // LIMITS.figure
    assert sum(bench.mark.read()["2026-11"].values()) == LIMITS.programme


def test_the_files_are_nobodys_but_the_workers(bench: Bench) -> None:
    with bench.open() as ask:
        ask(1)
    assert {path.stat().st_mode & 0o077 for path in bench.folder.iterdir()} == {0}
