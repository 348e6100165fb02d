"""Goods of a purchase that its member did not want kept come back with the receipt, by amount; never more than paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.store.ledger_cases import a_purchase

from noren.activity.model import FORGOTTEN_LINE, Line, Member, MemberState, Purchase
from noren.activity.points import Standing
from noren.register.decide import Terms
from noren.register.refusals import Refusal
from noren.register.requests import ReturnLineRequest, ReturnRequest
from noren.register.returning import Brought, decide_return

HER = bytes(16)
TERMS = Terms("S1", "1", "P1", 100, 365, 400, ZoneInfo("Asia/Tokyo"), datetime(2026, 11, 26, tzinfo=UTC))
WHOLE = replace(a_purchase(HER, 7), lines=None, shop="", terminal="", receipt="")
ONE_LINE = a_purchase(HER, 7, lines=(FORGOTTEN_LINE, Line("b", 1, 200)))


def bring_back(purchase: Purchase, amount: int) -> Brought | Refusal:
    return decide_return(
        ReturnRequest("r-1", [ReturnLineRequest(0, 1, amount)]),
        entry=8, body_hash=bytes(16), purchase=purchase, returns=(), used=(),
        standing=Standing(Member(HER, MemberState.ACTIVE, False, 3, 739_900, 7, 0), ()), terms=TERMS,
    )  # fmt: skip


@pytest.mark.parametrize("purchase", [WHOLE, ONE_LINE])
def test_it_comes_back_by_amount(purchase: Purchase) -> None:
    done = bring_back(purchase, 100)
    assert isinstance(done, Brought)
    assert (done.purchase.amount_left, done.purchase.base_left) == (200, 200)
    assert isinstance(bring_back(purchase, 301), Refusal)


def test_a_line_that_stands_is_still_looked_at() -> None:
    """Negative control: where nothing was forgotten, more than the line's own amount is refused."""
    assert isinstance(bring_back(a_purchase(HER, 7), 101), Refusal)
