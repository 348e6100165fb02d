"""What a demonstration says of its campaigns: figures beside what came, a lift or why none, what an audit found."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from noren.house.showing_campaigns import (
    CampaignShown,
    ClaimShown,
    FaultShown,
    LiftShown,
    PaymentShown,
    ResultShown,
    SettlementShown,
    TriedShown,
)

DAY = date(2026, 11, 1)
RESULT = ResultShown(310, None, 1_050, 450, 50, 14, 300, LiftShown(-12, -350, 326, tells=False))
CAMPAIGN = CampaignShown(
    "coffee", "珈琲", "Coffee", "だれか", "Somebody", DAY, DAY, "member", "1", "0", 5, 4, 1, 0, 0, 2, 10, 0, "", "", "",
    good=True, judged=9, check="",
)  # fmt: skip


def test_an_audit_that_fits_says_so_and_one_that_does_not_says_how_many_where_and_why() -> None:
    assert CAMPAIGN.audit_told().en == "all fits"
    faults = (
        FaultShown(4, "purchase 12, purchase 15", "抽選されていません", "a purchase fitted and was not drawn for"),
    )
    wrong = msgspec.structs.replace(CAMPAIGN, good=False, faults=faults)
    assert wrong.audit_told().en == "4 (purchase 12, purchase 15): a purchase fitted and was not drawn for"
    assert wrong.audit_told().ja == "4件(purchase 12, purchase 15): 抽選されていません"


def test_a_trial_tells_figures_and_by_what_slips_are_held_or_that_there_are_too_few() -> None:
    told = TriedShown(DAY, DAY, 420, 61, "total", 50).told()
    assert "about 420 members fit, about 61 slips (as the cap total lets)" in told.en
    assert "約420人、券 約61枚(上限 total まで)" in told.ja
    sure = TriedShown(DAY, DAY, 420, 61, "", 50, 60).told()
    assert "with noise: about 420 (noise band ± 60) members fit" in sure.en
    assert "約420人(誤差の幅 ±60人)、券" in sure.ja
    assert "fewer than 50" in TriedShown(DAY, DAY, None, None, "", 50).told().en


def test_a_result_rounds_and_its_lift_needs_both_groups() -> None:
    assert RESULT.told().en == "Result: about 310 slips, fewer than 50 of them used."
    lift = RESULT.lift_told()
    assert "(minor units) differs by -12 (95 % interval -350 to +326): no difference shown" in lift.en
    assert "約1,050人と対照群 約450人" in lift.ja
    assert "below 300" in msgspec.structs.replace(RESULT, lift=None).lift_told().en
    sure = msgspec.structs.replace(RESULT, lift=LiftShown(40, 5, 75, tells=True))
    assert sure.lift_told().en.endswith(": a difference.")


@pytest.mark.parametrize(("same", "word"), [(True, "the same number"), (False, "NOT the slip that was given")])
def test_a_claim_says_whether_it_is_the_very_same_slip(same: bool, word: str) -> None:
    told = ClaimShown("券", "A slip", "出ています。", "It came out.", "使えます。", "Not used yet.", same).told()
    assert word in told.en


def test_a_settlement_that_does_not_sum_to_zero_says_so() -> None:
    good = SettlementShown(DAY, DAY, "USD", 14, 0, (), (PaymentShown("CJ", "", 1_200),), ())
    assert good.told().en.endswith("14 entries, each day sums to zero.")
    assert good.payments[0].told().en == "CJ → the programme 1,200"
    assert "NOT" in msgspec.structs.replace(good, days_off=2).told().en
