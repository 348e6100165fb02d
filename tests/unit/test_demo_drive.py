"""The load driver against a till that remembers: everything once, in order, never before the clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from noren.doors.cli.demo.drive import Driven, Driver
from noren.doors.cli.demo.errors import YearRefused
from noren.doors.cli.demo.timetable import Timetable, Writer, requests
from noren.doors.cli.demo.year import ZONE, Basket, Line
from noren.testing.fake_till import FakeTill

START = datetime(2026, 3, 1, 9, tzinfo=ZONE)
KEYS = {(f"S{shop}", lane): f"nt_test_{shop}_{lane}" for shop in range(5) for lane in "12"}
CARDS = {str(member): (f"298000000000{member:04d}",) for member in range(20)}


def some_baskets(count: int, seed: int = 1) -> list[Basket]:
    rng = random.Random(seed)
    at, baskets = START, list[Basket]()
    for number in range(count):
        at += timedelta(seconds=rng.randint(0, 900))
        lines = [Line(f"{rng.randint(1, 99):05d}", 1, rng.randint(0, 500)) for _ in range(rng.randint(1, 5))]
        shop, member = f"S{rng.randint(0, 4)}", str(rng.randint(0, 19))
        baskets.append(Basket(str(number), shop, rng.choice("12"), member, at, lines))
    return baskets


def within_a_minute(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


async def send(till: FakeTill, baskets: list[Basket], connections: int = 8) -> Driven:
    writer = Writer(f"127.0.0.1:{till.port}", KEYS, CARDS)
    return await Driver(till.port, requests(baskets, writer)).run(connections=connections)


def test_everything_arrives_once_in_order_and_after_the_clock() -> None:
    async def story() -> None:
        baskets = some_baskets(500)
        async with FakeTill() as till:
            driven = await send(till, baskets)
            assert (driven.accepted, driven.replayed, driven.refused.total()) == (500, 0, 0)
            assert driven.lines == sum(len(b.lines) for b in baskets)
            assert driven.amount == sum(line.amount for b in baskets for line in b.lines)
            assert driven.earned == sum(sum(line.amount for line in b.lines) // 100 for b in baskets)
            assert (len(till.taken), till.too_early, till.out_of_order) == (500, 0, 0)
            assert till.clock_moves == 8
            assert till.clock == baskets[-1].at + timedelta(minutes=11)
            assert till.keys == {f"Bearer {key}" for key in KEYS.values()}
            body = till.taken["0"]
            assert list(body) == ["receipt", "business_date", "at", "card", "lines", "amount"]
            assert body["at"] == baskets[0].at.isoformat()
            assert body["business_date"] == "2026-03-01"

    within_a_minute(story())


def test_broken_connections_and_not_now_lose_and_double_nothing() -> None:
    async def story() -> None:
        async with FakeTill(break_every=7, refuse_every=31) as till:
            driven = await send(till, some_baskets(300), connections=6)
            assert driven.purchases == len(till.taken) == 300
            assert driven.replayed > 0
            assert driven.reconnected > 0
            assert driven.resent > 0
            assert (till.too_early, till.out_of_order, driven.refused.total()) == (0, 0, 0)

    within_a_minute(story())


def test_refusals_are_counted_and_shown() -> None:
    async def story() -> None:
        async with FakeTill(unknown=frozenset({CARDS["3"][0]})) as till:
            baskets = some_baskets(200)
            driven = await send(till, baskets)
            refused = sum(b.household == "3" for b in baskets)
            assert driven.refused == {422: refused}
            assert driven.purchases == 200 - refused
            assert "bad-field" in driven.refusals[0]

    within_a_minute(story())


def test_a_till_that_refuses_nearly_all_ends_the_drive() -> None:
    async def story() -> None:
        async with FakeTill(unknown=frozenset(card for (card,) in CARDS.values())) as till:
            with pytest.raises(YearRefused, match="bad-field"):
                await send(till, some_baskets(500))

    within_a_minute(story())


def test_what_breaks_on_this_side_is_raised() -> None:
    async def story() -> None:
        async with FakeTill() as till:
            with pytest.raises(KeyError, match="S999"):
                await send(till, [Basket("1", "S999", "1", "0", START, [])])

    within_a_minute(story())


def test_nothing_to_send_ends_at_once() -> None:
    async def story() -> None:
        async with FakeTill() as till:
            assert (await send(till, [])).purchases == 0

    within_a_minute(story())


def test_a_second_drive_of_the_same_year_changes_nothing() -> None:
    async def story() -> None:
        baskets = some_baskets(100)
        async with FakeTill() as till:
            await send(till, list(islice(baskets, 60)))
            driven = await send(till, baskets)
            assert (driven.accepted, driven.replayed, len(till.taken)) == (40, 60, 100)

    within_a_minute(story())


def test_one_members_purchases_wait_for_each_other() -> None:
    baskets = [Basket(str(n), "S1", "1", "7", START + timedelta(seconds=n), [Line("1", 1, 1)]) for n in range(4)]
    timetable = Timetable(requests(baskets, Writer("till", KEYS, CARDS)))
    clock = timetable.take()
    assert clock is not None
    assert clock.moves > 0
    assert timetable.take() is None  # the clock has not been moved yet
    timetable.done(clock)
    first = timetable.take()
    assert first is not None
    assert timetable.take() is None  # the same member's next purchase waits
    timetable.done(first)
    assert (second := timetable.take()) is not None
    assert second is not first
    assert not timetable.finished


def test_the_clock_never_runs_a_day_ahead_of_a_purchase() -> None:
    ats = [START + timedelta(minutes=n) for n in range(200)] + [
        START + timedelta(hours=40, minutes=n) for n in range(9)
    ]
    baskets = [Basket(str(n), "S1", "1", "7", at, []) for n, at in enumerate(ats)]
    clock, sent = 0.0, list[float]()
    for request in requests(baskets, Writer("till", KEYS, CARDS)):
        clock = request.moves or clock
        if not request.moves:
            assert 0 <= clock - request.needs < 20 * 3600
            sent.append(request.needs)
    assert len(sent) == len(baskets)
    assert sent == sorted(sent)


def test_who_has_two_cards_shows_them_in_turn() -> None:
    writer = Writer("till", KEYS, {"1": ("29800001", "29800002")})
    raws = [writer.purchase(Basket(str(n), "S1", "1", "1", START, [])).raw for n in (10, 11)]
    assert b"29800001" in raws[0]
    assert b"29800002" in raws[1]
