"""A campaign's file: the contract's example is read whole; what is wrong is told by its place and nearest word."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from noren.campaign.draw import Unit
from noren.campaign.reading import COLUMNS, columns, read_campaign
from noren.campaign.spec import AfterReturn, Campaign, OfferKind, Pace, face_value

EXAMPLE: Final = """
id = "coffee-fans"
title = { ja = "新商品コーヒー 50円引き", en = "50 yen off our new coffee" }
channel = "till"
purpose = "register-coupon"
condition = 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'
[issue]
partners = ["P1"]
from = 2026-11-01
until = 2026-11-30
draw = "member"
rate = "0.2"
holdout = "0.1"
entry = false
counts_this_purchase = true
[caps]
total = 10000
per_day = 500
per_member = { count = 1, days = 30 }
draws_per_day = 1
budget = 1000000
pace = "even"
[offer]
kind = "amount"
value = 50
max_value = 50
products = 'category = "COFFEE"'
min_spend = 0
redeem_at = ["P1"]
valid_days = 14
stack = "alone"
priority = 10
exclusive_category = "COFFEE"
returns = "keep"
[text]
slip = { ja = ["新商品コーヒー 50円引きクーポン", "お買い物に応じて抽選でお届けしています"], en = ["50 yen off"] }
"""


def test_the_example_is_read_whole() -> None:
    read = read_campaign(EXAMPLE)
    assert isinstance(read, Campaign)
    assert (read.issue.first, read.issue.draw, read.issue.rate) == (date(2026, 11, 1), Unit.MEMBER, "0.2")
    assert (read.caps.total, read.caps.pace, read.offer.kind) == (10_000, Pace.EVEN, OfferKind.AMOUNT)
    assert face_value(read.offer) == 50


def test_what_may_be_left_out_may_be_left_out() -> None:
    caps = EXAMPLE[EXAMPLE.index("[caps]") : EXAMPLE.index("[offer]")]
    bare = EXAMPLE.replace(caps, "").replace(', en = ["50 yen off"]', "")
    for line in ("max_value = 50\n", 'exclusive_category = "COFFEE"\n', 'returns = "keep"\n', "entry = false\n"):
        assert line in bare
        bare = bare.replace(line, "")
    read = read_campaign(bare)
    assert isinstance(read, Campaign)
    assert (read.caps.total, read.caps.draws_per_day, read.offer.returns) == (None, 1, AfterReturn.KEEP)


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('holdout = "0.1"', 'holdot = "0.1"', "issue.holdot", "Did you mean holdout?"),
        ('kind = "amount"', 'kind = "amout"', "offer.kind", "Did you mean amount?"),
        ('rate = "0.2"', "rate = 0.2", "issue.rate", "str"),
        ('rate = "0.2"', 'rate = "0.0"', "issue.rate", "more than 0"),
        ('rate = "0.2"', 'rate = "1.1"', "issue.rate", "matching"),
        ('holdout = "0.1"', 'holdout = "1.0"', "issue.holdout", "Less than 1"),
        ('partners = ["P1"]\n', "", "issue", "partners or shops"),
        ('partners = ["P1"]', 'partners = ["P1"]\nshops = ["S1"]', "issue", "one of them"),
        ("until = 2026-11-30", "until = 2026-10-31", "issue.until", "2026-11-01 or later"),
        ("until = 2026-11-30", "until = 2027-12-06", "issue.until", "400 days"),
        ("valid_days = 14\n", "", "offer.valid_days", "missing"),
        (">= 5 in", "=> 5 in", "condition", ">="),
        ("products = 'category = \"COFFEE\"'", "products = 'catgory = \"COFFEE\"'", "offer.products", "category"),
        ("products = 'category = \"COFFEE\"'", "products = 'product in list \"new\"'", "offer.products", "Lists"),
        ("products = 'category = \"COFFEE\"'", "products = 'any) >= 1 or visits(any'", "offer.products", "one filter"),
        ("お買い物に応じて", "お買い物に応じてお買い物に応じて", "text.slip.ja[1]", "columns"),
        ("お買い物に応じて", "お買い物に\u202e応じて", "text.slip.ja[1]", "printed"),
        ("total = 10000\n", "", "caps.pace", "total"),
        ("per_day = 500", "per_day = 10001", "caps.per_day", "10000"),
        ("budget = 1000000", "budget = 49", "caps.budget", "50"),
        ("draws_per_day = 1", "draws_per_day = 2", "caps.draws_per_day", "visit"),
        ('kind = "amount"\nvalue = 50\nmax_value = 50', 'kind = "percent"\nvalue = 50', "offer.max_value", "at most"),
        ('kind = "amount"\nvalue = 50', 'kind = "percent"\nvalue = 101', "offer.value", "percentage"),
        ('kind = "amount"\nvalue = 50', 'kind = "points_multiplier"\nvalue = 1', "offer.value", "multiplier"),
        ('id = "coffee-fans"', 'id = "Coffee"', "id", "matching"),
        ("[issue]", "[issue", "", "TOML"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(old: str, new: str, at: str, says: str) -> None:
    assert old in EXAMPLE
    found = read_campaign(EXAMPLE.replace(old, new, 1))
    assert isinstance(found, list), "it must be refused"
    assert at in [each.at for each in found]
    assert any(says in each.say.en for each in found if each.at == at), [each.say.en for each in found]
    assert all(each.say.ja for each in found)


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = read_campaign(EXAMPLE.replace('rate = "0.2"', 'rate = "0"').replace("budget = 1000000", "budget = 1"))
    assert isinstance(found, list)
    assert {each.at for each in found} == {"issue.rate", "caps.budget"}


@pytest.mark.parametrize(("line", "wide"), [("abc", 3), ("円引き", 6), ("ｺｰﾋｰ", 4), ("", 0), ("あ" * 21, COLUMNS)])
def test_columns_are_half_width(line: str, wide: int) -> None:
    assert columns(line) == wide
