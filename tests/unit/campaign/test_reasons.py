"""M17: why me and why not me in words, and what a coupon is worth in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from noren.activity.model import Coupon
from noren.audience.language.speech import Wording
from noren.campaign.deciding import Cap
from noren.campaign.offer_words import offer_words
from noren.campaign.reasons import HELD_BACK, condition_said, not_told_yet, odds_of, why_me, why_not

YEN = Wording("JPY")
FIVE = 'visits(category = "COFFEE") >= 5 in last 365 days'


def terms(**said: Any) -> dict[str, Any]:
    return {"rate": "0.2", "holdout": "0.1", "draw": "member"} | said


@pytest.mark.parametrize(
    ("rate", "draw", "ja", "en"),
    [
        ("0.2", "member", "5人に1人", "1 of 5"),
        ("0.2", "visit", "5回に1回", "1 of 5"),
        ("1.0", "member", "条件に合う方の全員", "all who qualify"),
        ("0.00100", "member", "1,000人に1人", "1 of 1,000"),
        ("0.3", "member", "30%の方", "30 %"),
        ("0.125", "visit", "8回に1回", "1 of 8"),
        ("0.375", "visit", "37.5%のお買い物", "37.5 %"),
    ],
)
def test_odds_are_said_exactly(rate: str, draw: str, ja: str, en: str) -> None:
    said = odds_of(terms(rate=rate, draw=draw))
    assert (said.ja, said.en) == (ja, en)


def test_who_won_is_told_the_very_condition_and_the_odds() -> None:
    said = why_me(terms(), condition_said(FIVE, YEN))
    assert said.ja == (
        "直近365日間に、コーヒーを5回以上(お会計単位)お買い上げのお客さまのうち、抽選で5人に1人にお届けしています。"
        "あなたが条件に合い、抽選で選ばれました。"
    )
    assert said.en == (
        "It is for members who bought category COFFEE on 5 or more visits in the last 365 days. You were one of them,"
        " and the draw, which chose 1 of 5, chose you."
    )


def test_where_everybody_gets_one_no_draw_is_spoken_of() -> None:
    said = why_me(terms(rate="1.0"), condition_said(FIVE, YEN))
    assert "抽選" not in said.ja
    assert "draw" not in said.en


def test_who_was_left_out_for_comparison_is_told_so_whatever_else_was_drawn() -> None:
    said = why_not(terms(), ["lost", "holdout"], condition_said(FIVE, YEN))
    assert said.ja.startswith("今回は比較のため対象外でした。")
    assert "10%" in said.ja
    assert "10 %" in said.en


@pytest.mark.parametrize("cap", Cap)
def test_every_cap_has_its_words(cap: Cap) -> None:
    said = why_not(terms(), ["lost", f"capped:{cap}"], condition_said(FIVE, YEN))
    assert HELD_BACK[cap].ja in said.ja
    assert HELD_BACK[cap].en in said.en


def test_several_draws_that_chose_others_are_counted() -> None:
    said = why_not(terms(draw="visit"), ["lost"] * 3, condition_said(FIVE, YEN))
    assert "3回抽選しましたが" in said.ja
    assert "3 draws chose others" in said.en


def test_until_the_seed_is_public_the_sentence_holds_a_day_and_nothing_of_her() -> None:
    said = not_told_yet(date(2026, 12, 24))
    assert "2026年12月24日" in said.ja
    assert "24 December 2026" in said.en


def coupon(**said: Any) -> Coupon:
    fixed: dict[str, Any] = {"discount": 0, "min_spend": 0, "partners": (), "valid_from": 1, "valid_until": 2}
    return Coupon(bytes(16), bytes(16), "1", "券", "", **fixed | said)


@pytest.mark.parametrize(
    ("said", "ja", "en"),
    [
        ({"discount": 50}, ["50円引き"], ["¥50 off"]),
        ({"kind": "percent", "value": 10, "max_value": 300}, ["10%引き(最大300円)"], ["10 % off (¥300 at most)"]),
        ({"kind": "free_item", "value": 200}, ["1点無料(200円まで)"], ["One for free (up to ¥200)"]),
        ({"kind": "points", "value": 1000}, ["1,000ポイントがつきます"], ["1,000 points"]),
        (
            {"kind": "points_multiplier", "value": 3, "max_value": 500},
            ["ポイント3倍(上乗せは500ポイントまで)"],
            ["3 times the points (up to 500 more)"],
        ),
        (
            {"value": 50, "min_spend": 500, "products": 'category = "COFFEE"', "stack": "alone:coffee"},
            ["50円引き", "対象: コーヒー", "500円以上のお買い物で", "ほかのクーポンと一緒には使えません"],
            ["¥50 off", "On category COFFEE", "With a purchase of ¥500 or more", "Not together with other coupons"],
        ),
        ({"value": 50, "stack": "with-others"}, ["50円引き"], ["¥50 off"]),
        ({"value": 50, "products": "no filter ("}, ["50円引き"], ["¥50 off"]),
    ],
)
def test_an_offer_is_said_in_words(said: dict[str, Any], ja: list[str], en: list[str]) -> None:
    told = offer_words(coupon(**said), YEN)
    assert [each.ja for each in told] == ja
    assert [each.en for each in told] == en
