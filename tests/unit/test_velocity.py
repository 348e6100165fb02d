"""Own-card velocity: told at the threshold, of one member at one terminal, near in time; and of nothing else."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import cast

import pytest

from noren.activity.model import Purchase
from noren.register.velocity import MAX_COUNTED, Velocity

MINUTE_US = 60_000_000
NOON = 1_795_600_000 * 1_000_000
CLERK, CUSTOMER = b"clerk-card-handl", b"another-handle-1"


@dataclass(frozen=True)
class Sold:
    handle: bytes
    at: int
    shop: str = "S1"
    terminal: str = "T1"


def told(sold: list[Sold], *, threshold: int = 4, within_minutes: int = 60) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    velocity = Velocity(
        threshold=threshold, within_minutes=within_minutes, tell=lambda shop, terminal: said.append((shop, terminal))
    )
    velocity.saw(cast("list[Purchase]", sold))
    return said


def minutes(*when: int, handle: bytes = CLERK, shop: str = "S1", terminal: str = "T1") -> list[Sold]:
    return [Sold(handle, NOON + minute * MINUTE_US, shop, terminal) for minute in when]


def test_it_is_told_at_the_threshold_and_names_shop_and_terminal() -> None:
    assert told(minutes(0, 7, 20)) == []
    assert told(minutes(0, 7, 20, 60)) == [("S1", "T1")]


def test_it_is_told_again_only_after_as_many_more() -> None:
    assert told(minutes(*range(7))) == [("S1", "T1")]
    assert told(minutes(*range(8))) == [("S1", "T1")] * 2


def test_sales_far_apart_are_a_regular_customer() -> None:
    assert told(minutes(*range(0, 2000, 61))) == []
    assert told(minutes(0, 30, 61, 91, 122)) == []


@pytest.mark.parametrize("order", [(60, 20, 7, 0), (20, 0, 60, 7), (0, 60, 7, 20)])
def test_an_offline_tills_sales_count_by_their_own_times_in_any_order(order: tuple[int, ...]) -> None:
    assert told(minutes(*order)) == [("S1", "T1")]


def test_a_customer_at_many_terminals_is_none() -> None:
    assert told([sold for n in range(40) for sold in minutes(n, terminal=f"T{n}")]) == []
    assert told([sold for n in range(40) for sold in minutes(n, shop=f"S{n}")]) == []


def test_many_customers_at_one_terminal_are_none() -> None:
    assert told([sold for n in range(5000) for sold in minutes(n % 60, handle=n.to_bytes(16, "big"))]) == []


def test_without_a_threshold_nothing_is_told() -> None:
    """The negative control of the alert: switched off, the very sales that raise it raise none."""
    assert told(minutes(*range(100)), threshold=0) == []


def test_others_in_between_do_not_hide_it() -> None:
    crowd = random.Random(20261125)
    sold = [Sold(crowd.randbytes(16), NOON + n * 1_000_000) for n in range(3000)]
    sold[500:500] = minutes(0, 10, 20, 30)
    sold = sold[:501] + sold[504:1000] + [sold[501]] + sold[1000:2000] + [sold[502], sold[503]] + sold[2000:]
    assert told(sold) == [("S1", "T1")]


def test_what_is_counted_is_bounded() -> None:
    velocity = Velocity(threshold=4, within_minutes=60, tell=lambda shop, terminal: None)
    for n in range(MAX_COUNTED + 500):
        velocity.saw(cast("list[Purchase]", minutes(0, 1, handle=n.to_bytes(16, "big"))))
    assert len(velocity._counted) == MAX_COUNTED


def test_it_keeps_no_handle() -> None:
    velocity = Velocity(threshold=4, within_minutes=60, tell=lambda shop, terminal: None)
    velocity.saw(cast("list[Purchase]", minutes(0, 1, 2)))
    kept = repr(velocity._counted) + velocity._cells.tobytes().hex()
    assert velocity._counted
    assert CLERK.hex() not in kept
    assert repr(CLERK) not in kept
