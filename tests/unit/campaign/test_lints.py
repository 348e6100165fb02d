"""A slip never tells the condition; what is given by a draw stays within the law's limits, each with its source."""

from __future__ import annotations

from typing import Final

import pytest
from tests.unit.campaign.test_reading import EXAMPLE

from noren.campaign.lints import telling
from noren.campaign.prizes import MOST, Severity, prize_findings, sales_needed
from noren.campaign.reading import read_campaign
from noren.campaign.spec import Campaign

CONDITION: Final = """'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'"""
SLIP: Final = "お買い物に応じて抽選でお届けしています"


def campaign(
    *,
    condition: str = CONDITION,
    ja: str = "お買い物に応じて抽選でお届けしています",
    en: str = "50 yen off",
    **more: str,
) -> Campaign:
    text = EXAMPLE.replace(CONDITION, condition).replace(SLIP, ja)
    text = text.replace('en = ["50 yen off"]', f'en = ["{en}"]')
    for old, new in more.items():
        text = text.replace(MORE[old], new)
    read = read_campaign(text)
    assert isinstance(read, Campaign), read
    return read


MORE: Final = {
    "kind": 'kind = "amount"\nvalue = 50\nmax_value = 50',
    "rate": 'rate = "0.2"',
    "caps": "total = 10000\nper_day = 500",
    "budget": 'budget = 1000000\npace = "even"',
    "products": "products = 'category = \"COFFEE\"'",
    "spend": "min_spend = 0",
}


def test_the_contracts_own_slip_tells_nothing() -> None:
    assert telling(campaign()) == []


@pytest.mark.parametrize(
    ("ja", "en"),
    [
        ("対象の商品に使えます", "On selected items"),
        ("ほかの券と併用できない条件があります", "Terms and conditions apply"),
        ("お買い上げありがとうございます", "Thank you"),
        ("有効期間14日", "Good for 14 days"),
        ("11月30日まで", "Until 30 November"),
    ],
)
def test_what_slips_say_anyway_may_be_said(ja: str, en: str) -> None:
    assert telling(campaign(ja=ja, en=en)) == []


@pytest.mark.parametrize(
    "slip",
    [
        "コーヒーを5回お買い上げのお客さまへ",
        "コーヒーを五回以上で当たります",
        "365日のご愛顧に",
        "いつもコーヒーをありがとう",
        "よくお買い求めの方に",
        "ご購入いただいた方へ",
        "女性のお客さまへ",
        "レディースデーの券",
        "５回目のお買い物に",
        "条件を満たした方へ",
        "対象のお客さまへ",
        "あなただけの券",
        "最近ご来店が多い方に",
    ],
)
def test_a_slip_that_tells_is_refused_in_japanese(slip: str) -> None:
    found = telling(campaign(ja=slip))
    assert [each.at for each in found], slip
    assert {each.at for each in found} == {"text.slip.ja[1]"}


@pytest.mark.parametrize(
    "slip",
    [
        "For ladies who love coffee",
        "You have bought coffee",
        "5 coffees and this is yours",
        "Five visits, thank you",
        "For our regulars",
        "Because you drink it often",
        "Only for you",
        "You have been selected",
        "A gift for women",
    ],
)
def test_a_slip_that_tells_is_refused_in_english(slip: str) -> None:
    found = telling(campaign(en=slip))
    assert {each.at for each in found} == {"text.slip.en[0]"}, slip


@pytest.mark.parametrize(
    ("condition", "slip", "tells"),
    [
        ("'age 20..29'", "20代のあなたへ", True),
        ("'age 20..29'", "コーヒーの券", False),
        ("'birth_month = this'", "お誕生月おめでとう", True),
        ("'member_for < 90 days'", "ご入会ありがとう", True),
        ("'prefecture = \"13\"'", "東京の皆さまへ", True),
        ("'visits(category = \"MILK\") >= 3'", "MILKもどうぞ", True),
        ("'visits(category = \"FLUID MILK PRODUCTS\") >= 3'", "牛乳もどうぞ", True),
        ("'visits(hour 20..23) >= 3'", "夜のお買い物に", True),
        ("'visits(any) >= 3'", "夜のお買い物に", False),
        ("'basket total >= 2000'", "2,000円のお買い物に", True),
        ("'basket total >= 2000'", "コーヒーの券", False),
        ("'points_balance >= 500'", "失効の前に", True),
        ("'visits(any) >= 50'", "50円引き", False),
    ],
)
def test_what_tells_depends_on_the_condition(condition: str, slip: str, tells: bool) -> None:
    assert bool(telling(campaign(condition=condition, ja=slip))) is tells


def test_the_goods_of_the_offer_may_be_named_and_others_of_the_condition_not() -> None:
    asks = "'visits(category = \"COFFEE\") >= 5'"
    assert telling(campaign(condition=asks, ja="新しいコーヒー")) == []
    of_milk = campaign(condition=asks, ja="新しいコーヒー", products="products = 'category = \"MILK\"'")
    assert {each.at for each in telling(of_milk)} == {"title.ja", "title.en", "text.slip.ja[0]", "text.slip.ja[1]"}


def test_the_least_spend_of_the_offer_may_be_said() -> None:
    asks = "'spend(any) >= 3000 in last 30 days'"
    assert telling(campaign(condition=asks, ja="3,000円以上で使える券")) != []
    assert telling(campaign(condition=asks, ja="3,000円以上で使える券", spend="min_spend = 3000")) == []


def free(value: int, condition: str = CONDITION) -> Campaign:
    return campaign(condition=condition, kind=f'kind = "free_item"\nvalue = {value}', budget="")


def severities(read: Campaign, currency: str = "JPY") -> list[tuple[str, str]]:
    return [(each.problem.at, each.severity.value) for each in prize_findings(read, currency)]


@pytest.mark.parametrize(
    ("value", "condition", "refused"),
    [
        (2_000, CONDITION, False),
        (2_001, CONDITION, True),
        (20_000, "'basket total >= 1000'", False),
        (20_001, "'basket total >= 1000'", True),
        (20_001, "'basket total >= 1000 or sex = female'", True),
        (MOST, "'basket total >= 10000'", False),
        (MOST + 1, "'basket total >= 10000'", True),
    ],
)
def test_a_drawn_prize_is_worth_twenty_times_the_purchase_at_most(value: int, condition: str, refused: bool) -> None:
    assert (("offer.value", Severity.REFUSES.value) in severities(free(value, condition))) is refused


def test_the_sum_needs_planned_sales_and_a_bound() -> None:
    assert sales_needed(campaign()) == 25_000_000, "10,000 slips of 50 yen"
    assert severities(campaign()) == [("caps", "warns")]
    unbound = campaign(kind='kind = "points"\nvalue = 100', caps="per_day = 500", budget="")
    assert ("caps", "refuses") in severities(unbound)


def test_a_drawn_discount_is_warned_of_and_a_plain_one_is_none() -> None:
    dear = 'kind = "amount"\nvalue = 3000'
    assert ("offer.value", "warns") in severities(campaign(kind=dear))
    assert severities(campaign(kind=dear, rate='rate = "1"')) == []
    gift = campaign(kind='kind = "free_item"\nvalue = 300', rate='rate = "1"')
    assert severities(gift) == [("offer.value", "warns")]


def test_another_currency_has_other_laws() -> None:
    assert severities(free(10**6), "USD") == []
