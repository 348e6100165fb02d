"""Files of a laboratory: what is wrong with one is told, what is unclear has one meaning."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.audience.small_lab import MEMBERS, PURCHASES, load, who

from noren.audience.batch.errors import FileWrong, NotGiven

LINE = "a,r1,2017-12-01 10:00:00,p1,1,100\n"
WRONG = {
    "a member twice": ({"members": "member\na\na\n"}, "more than once"),
    "a member without a name": ({"members": 'member,sex\na,x\n"",y\n'}, "without member"),
    "no column member": ({"members": "name\na\n"}, "no column member"),
    "a month that is none": ({"members": "member,birth_month\na,13\n"}, "not 1 to 12"),
    "a product twice": ({"products": "product,category\np1,A\np1,B\n"}, "more than once"),
    "a column of purchases is missing": ({"purchases": "member,receipt,at,product,quantity\n"}, "no column amount"),
    "half a piece": ({"purchases": PURCHASES + "a,r1,2017-12-01 10:00:00,p1,1.5,100\n"}, "no whole number"),
    "no quantity": ({"purchases": PURCHASES + "a,r1,2017-12-01 10:00:00,p1,,100\n"}, "without quantity"),
    "no time": ({"purchases": PURCHASES + "a,r1,,p1,1,100\n"}, "without receipt or at"),
    "a time that is none": ({"purchases": PURCHASES + "a,r1,yesterday,p1,1,100\n"}, "no whole number, time"),
    "a receipt of two members": ({"purchases": PURCHASES + LINE + LINE.replace("a,", "b,", 1)}, "disagree"),
    "a receipt at two times": ({"purchases": PURCHASES + LINE + LINE.replace("10:", "11:")}, "disagree"),
    "a message of another kind": ({"messages": "member,campaign,at,kind\na,c,2017-01-01,call\n"}, "of a kind"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_told(case: str, tmp_path: Path) -> None:
    files, told = WRONG[case]
    with pytest.raises(FileWrong) as wrong:
        load(tmp_path, **files)
    assert told in wrong.value.say.en
    assert wrong.value.say.ja != wrong.value.say.en


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing of it")
    with pytest.raises(FileWrong, match="neither Parquet nor CSV"):
        load(tmp_path, purchases=(tmp_path / "broken.parquet").read_text("latin-1"))


NEEDS = {
    'visits(category = "A") >= 1': "category of --products",
    "brands(any) >= 1": "brand of --products",
    "shops(any) >= 1": "shop of --purchases",
    "points(any) >= 1": "points of --purchases",
    'visits(partner = "P") >= 1': "partner of --purchases",
    "sex = female": "sex of --members",
    "age 20..29": "birth_year, birth_month of --members",
    'received("C")': "--messages",
    "contacted": "--messages",
    'redeemed("C")': "--redemptions",
    "points_balance >= 1": "--balances",
    "points_expiring(30 days) >= 1": "--balances",
    'visits(product in list "unheard") >= 1': "no list “unheard”",
    "basket total >= 1": "basket",
    'every month for 2 (visits(category = "A") >= 1)': "category of --products",
    'share(shop = "s" of any) > 1%': "shop of --purchases",
}


@pytest.mark.parametrize("text", NEEDS)
def test_what_was_not_given_is_an_error_never_false(text: str, tmp_path: Path) -> None:
    prepared = load(tmp_path, purchases=PURCHASES + LINE)
    with pytest.raises(NotGiven) as wrong:
        who(prepared, text)
    assert NEEDS[text] in wrong.value.say.en


def test_purchases_of_others_are_counted_apart(tmp_path: Path) -> None:
    others = "x,r2,2017-12-01 10:00:00,p1,1,1\nx,r2,2017-12-01 10:00:00,p2,1,1\n,r3,2017-12-01 10:00:00,p1,1,1\n"
    prepared = load(tmp_path, purchases=PURCHASES + LINE + others)
    assert (prepared.ignored.purchases, prepared.ignored.lines) == (2, 3)
    assert who(prepared, "visits(any) >= 1") == ["a"]


def test_members_stand_in_the_order_of_code_points(tmp_path: Path) -> None:
    prepared = load(tmp_path, members="member\nあ\nb\nB\n10\n9\n\U0001f600\n\uffee\n")
    assert who(prepared, "visits(any) = 0") == ["10", "9", "B", "b", "あ", "\uffee", "\U0001f600"]


def test_an_instant_and_a_local_time_are_the_same(tmp_path: Path) -> None:
    lines = "a,r1,2017-12-01T01:00:00Z,p1,1,1\nb,r2,2017-12-01 10:00,p1,1,1\n"
    assert who(load(tmp_path, purchases=PURCHASES + lines), "visits(hour 10..10) >= 1") == ["a", "b"]


def test_of_an_hour_that_comes_twice_the_first_is_meant(tmp_path: Path) -> None:
    """2:30 on 29 October 2017 in Berlin was first summer time (0:30 in London), then winter time."""
    lines = "a,r1,2017-10-29 02:30:00,p1,1,1\na,r2,2017-10-29T00:40:00Z,p2,1,1\n"
    prepared = load(tmp_path, "Europe/Berlin", purchases=PURCHASES + lines)
    text = "bought (product = p1) followed by (product = p2) within 1 days"
    assert who(prepared, text, zone="Europe/Berlin") == ["a"]
    assert who(prepared, text, "2017-10-29T02:35:00", "Europe/Berlin") == []


def test_an_hour_that_does_not_come_is_the_one_after(tmp_path: Path) -> None:
    lines = "a,r1,2017-03-26 02:30:00,p1,1,1\n"
    prepared = load(tmp_path, "Europe/Berlin", purchases=PURCHASES + lines)
    assert who(prepared, "visits(hour = 3) = 1", zone="Europe/Berlin") == ["a"]


def test_sums_beyond_64_bits_are_exact(tmp_path: Path) -> None:
    most = 2**63 - 1
    lines = "".join(f"a,r{number},2017-12-0{number} 10:00:00,p1,{most},{most}\n" for number in (1, 2, 3))
    lines += f"b,r9,2017-12-01 10:00:00,p1,1,{most}\nb,r9,2017-12-01 10:00:00,p2,1,-{most - 5}\n"
    prepared = load(tmp_path, purchases=PURCHASES + lines)
    assert prepared.wide
    assert who(prepared, "spend(any) = 5") == ["b"]
    assert who(prepared, "spend(any) > 999999999999") == ["a"]
    assert who(prepared, "units(any) > 999999999999") == ["a"]
    assert who(prepared, "visits(basket_total = 5) >= 1") == ["b"]
    assert who(prepared, "share(product = p1 of any) = 100%") == ["a"]
    assert who(prepared, "top 50% by spend(any)") == ["a"]
    assert who(prepared, "change(spend(any), 30 days) = 100%") == ["a"]


def test_shares_are_compared_exactly(tmp_path: Path) -> None:
    lines = "a,r1,2017-12-01 10:00:00,p1,1,333333\na,r1,2017-12-01 10:00:00,p2,1,666667\n"
    prepared = load(tmp_path, purchases=PURCHASES + lines)
    assert who(prepared, "share(product = p1 of any) = 33.3333%") == ["a"]
    assert who(prepared, "share(product = p1 of any) > 33.3332%") == ["a"]
    assert who(prepared, "share(product = p1 of any) > 33.3333%") == []


def test_a_product_without_a_row_is_unknown(tmp_path: Path) -> None:
    lines = LINE + "b,r2,2017-12-01 10:00:00,p9,1,1\nb,r3,2017-12-01 10:00:00,,1,1\n"
    prepared = load(tmp_path, purchases=PURCHASES + lines, products="product,category\np1,A\np2,\n")
    assert who(prepared, 'visits(not category = "A") >= 1') == []
    assert who(prepared, 'visits(category != "B") >= 1') == ["a"]
    assert who(prepared, "products(any) = 1 and visits(any) = 2") == ["b"]
    assert who(prepared, "visits(not product = p1) >= 1") == ["b"]


def test_unknown_names_match_nothing_and_lists_are_read(tmp_path: Path) -> None:
    prepared = load(tmp_path, purchases=PURCHASES + LINE, lists="\ufeffp1\r\n\r\nnothing\r\n")
    assert who(prepared, 'visits(product in list "named") = 1') == ["a"]
    assert who(prepared, 'visits(product = "unheard") = 0') == ["a", "b"]


def test_points_expire_after_their_last_day(tmp_path: Path) -> None:
    lots = "member,points,expires\na,5,2017-12-30\na,7,2017-12-31\nb,1,\nb,2,2018-01-30\n"
    prepared = load(tmp_path, members=MEMBERS, balances=lots)
    assert who(prepared, "points_balance = 7") == ["a"]
    assert who(prepared, "points_balance = 3") == ["b"]
    assert who(prepared, "points_expiring(29 days) = 0") == ["b"]
    assert who(prepared, "points_expiring(30 days) = 2") == ["b"]
