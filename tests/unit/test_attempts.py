"""Tries at signing in: what is counted, how long the next one waits, and whom it never touches."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from noren.doors.vault import attempts, hashing
from noren.doors.vault.attempts import FREE_TRIES, LONGEST_WAIT, Attempts
from noren.doors.vault.hashing import Hashing, NoTurn
from noren.kernel.clock import FixedClock

HER, OTHER = b"her", b"other"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 4, 1, tzinfo=UTC))


def pass_by(clock: FixedClock, seconds: float) -> None:
    clock.instant += timedelta(seconds=seconds)


def test_waits_double_up_to_a_quarter_of_an_hour(clock: FixedClock) -> None:
    tries, waits = Attempts(clock), list[int]()
    for _ in range(FREE_TRIES + 12):
        assert tries.count(HER) == 0
        waits.append(tries.wait(HER))
        pass_by(clock, waits[-1])
    longest = int(LONGEST_WAIT.total_seconds())
    assert waits == [0] * (FREE_TRIES - 1) + [2**n for n in range(10)] + [longest] * 3


def test_a_refused_try_prolongs_nothing_and_the_owner_gets_in_after_the_wait(clock: FixedClock) -> None:
    tries = Attempts(clock)
    for _ in range(40):
        pass_by(clock, tries.wait(HER))
        tries.count(HER)
    for _ in range(89):
        pass_by(clock, 10)
        assert tries.count(HER) > 0
    pass_by(clock, 10)
    assert tries.count(HER) == 0
    tries.succeeded(HER)
    assert [tries.count(HER) for _ in range(FREE_TRIES)] == [0] * FREE_TRIES


def test_tries_on_other_numbers_shut_nobody_out(clock: FixedClock) -> None:
    tries = Attempts(clock)
    for made_up in range(1_000):
        assert tries.count(b"%d" % made_up) == 0
    assert tries.count(HER) == 0


class Hesitant(Attempts):
    """Lets other threads in between looking and counting, where only the lock keeps them out."""

    def _wait(self, account: bytes, now: datetime) -> int:
        found = super()._wait(account, now)
        time.sleep(0.005)
        return found


def test_tries_side_by_side_gain_nothing(clock: FixedClock) -> None:
    tries, together = Hesitant(clock), threading.Barrier(16)

    def one(_: int) -> int:
        together.wait()
        return tries.count(HER)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(one, range(16))).count(0) == FREE_TRIES


def test_threads_do_not_trip_over_what_is_forgotten(clock: FixedClock) -> None:
    tries = Attempts(clock)

    def many(start: int) -> None:
        for n in range(2_000):
            account = b"%d" % ((start + n) % 7)
            tries.count(account)
            tries.wait(account)
            tries.succeeded(account)
            pass_by(clock, 3_600)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(many, n) for n in range(8)]:
            done.result()


def test_memory_is_bounded_and_a_day_forgets(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MAX_ACCOUNTS", 10)
    tries = Attempts(clock)
    for _ in range(FREE_TRIES):
        tries.count(HER)
    for made_up in range(9):
        tries.count(b"%d" % made_up)
    assert tries.wait(HER) == 1
    tries.count(OTHER)
    assert (tries.wait(HER), len(tries._tries)) == (0, 10)
    pass_by(clock, 86_400)
    assert (tries.wait(OTHER), len(tries._tries)) == (0, 9)


def test_few_hash_at_once_few_wait_and_none_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "LONGEST_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(hashing, "MAX_WAITING", 3)
    going, most, end = 0, 0, threading.Event()
    lock = threading.Lock()

    def work() -> str:
        nonlocal going, most
        with lock:
            going += 1
            most = max(most, going)
        end.wait(10)
        with lock:
            going -= 1
        return "done"

    async def story() -> None:
        turns = Hashing()
        first = [asyncio.create_task(turns.run(work)) for _ in range(hashing.AT_ONCE)]
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(turns.run(work)) for _ in range(3)]
        await asyncio.sleep(0)
        assert isinstance(await turns.run(work), NoTurn), "the queue is full"
        assert all(isinstance(late, NoTurn) for late in await asyncio.gather(*waiting))
        first[0].cancel()
        await asyncio.sleep(0)
        assert isinstance(await turns.run(work), NoTurn), "a browser that went away must not free a turn still used"
        end.set()
        assert await first[1] == "done"
        assert await turns.run(work) == "done"

    asyncio.run(story())
    assert most == hashing.AT_ONCE
