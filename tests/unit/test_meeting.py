"""Which campaigns a member met: where, on which days, between its start and its stop, and not too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from noren.activity.model import Purchase, ReceiptKey
from noren.activity.own_draws import OwnCampaign
from noren.doors.statement.meeting import met_at, visits_of
from noren.kernel.clock import microseconds

ZONE = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def bought(at: datetime = NOON, late: timedelta = timedelta(), **said: Any) -> Purchase:
    instants: dict[str, Any] = {"at": microseconds(at), "received": microseconds(at + late)}
    fixed: dict[str, Any] = {
        "entry": 1, "handle": bytes(16), "key": ReceiptKey(1, bytes(16)), "body_hash": b"", "shop": "S1",
        "partner": "P1", "terminal": "T1", "receipt": "r", "amount": 1, "amount_left": 1, "base_left": 1,
        "used_left": 0, "earned": 0, "earned_left": 0, "per": 100, "previous": 0, "imported": False, "lines": (),
        "answer": b"",
    }  # fmt: skip
    return Purchase(**fixed | instants | said)


def ran(start: datetime = NOON - HOUR, stop: datetime | None = None, **said: Any) -> OwnCampaign:
    terms = {"from": "2026-11-19", "until": "2026-11-21", "offer": {"redeem_at": ["P9"]}, "partners": ["P1"]} | said
    end = microseconds(stop) if stop else 0
    return OwnCampaign(1, "fans", msgspec.json.encode(terms), b"", 739_000, microseconds(start), end)


@pytest.mark.parametrize(
    ("campaign", "purchase", "met"),
    [
        (ran(), bought(), True),
        (ran(partners=["P2"]), bought(), False),
        (ran(partners=["P2"]), bought(partner="P9"), False),
        (ran(partners=[], shops=["S1"]), bought(), True),
        (ran(partners=[], shops=["P1"]), bought(), False),
        (ran(start=NOON + HOUR), bought(), False),
        (ran(stop=NOON - HOUR / 2), bought(), False),
        (ran(stop=NOON + HOUR), bought(), True),
        (ran(), bought(NOON - timedelta(days=2), timedelta(days=2)), False),
        (ran(), bought(NOON - 2 * HOUR, 2 * HOUR), True),
        (ran(until="2026-11-19"), bought(), False),
        (ran(), bought(imported=True), False),
        (ran(partners=['P"1']), bought(partner='P"1'), True),
    ],
)
def test_where_and_when_a_campaign_is_met(campaign: OwnCampaign, purchase: Purchase, met: bool) -> None:
    assert bool(met_at(campaign, visits_of([purchase], ZONE))) is met
