"""Traits: what of a member may cross. The age rule is the contract's (conditions), the areas a fixed public table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.identity import areas
from noren.identity.model import Contact, Person
from noren.identity.traits import Traits, age_band, as_text, band_year, traits_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ],
)
def test_the_year_is_that_of_the_last_first_of_april(today: date, year: int) -> None:
    assert band_year(today) == year


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(2026, 3, 31), 0),
        (date(2026, 4, 1), 0),
        (date(2026, 11, 1), 0),  # not yet born on 1 April: 0
        (date(2021, 3, 31), 5),
        (date(2021, 4, 1), 0),
        (date(1986, 3, 1), 40),
        (date(1986, 4, 30), 35),
        (date(1941, 3, 31), 85),
        (date(1941, 4, 1), 80),
        (date(1900, 1, 1), 85),
    ],
)
def test_age_bands_by_month_of_birth(birth: date, band: int) -> None:
    assert age_band(birth, 2026) == band


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 28))
def test_the_day_of_birth_never_matters(birth: date, day: int) -> None:
    assert age_band(birth, 2026) == age_band(birth.replace(day=day), 2026)


def test_all_traits_of_a_member() -> None:
    person = Person(birth_date="1986-04-30", sex="female", since="2019-05-04", email_ok="yes", post_ok="no")
    contact = Contact(
        postal_code="1500001", prefecture="東京都", city="渋谷区", street="架空町1番地", email="a@example.jp"
    )
    assert traits_of(person, contact, today=TODAY) == Traits(
        "female", 35, 2026, 4, "東京都", "150", "2019-05", email_ok=True, post_ok=False
    )


def test_nothing_known_is_nothing_told() -> None:
    assert traits_of(Person(), Contact(), today=TODAY) == Traits(email_ok=False, post_ok=False)


@pytest.mark.parametrize(
    ("consent", "address", "reachable"),
    [
        ("yes", "a@example.jp", True),
        ("no", "a@example.jp", False),
        (None, "a@example.jp", None),
        ("yes", None, False),
    ],
)
def test_reachable_needs_both_a_yes_and_an_address(
    consent: str | None, address: str | None, reachable: bool | None
) -> None:
    assert traits_of(Person(email_ok=consent), Contact(email=address), today=TODAY).email_ok is reachable


def test_thinly_peopled_areas_keep_the_prefecture_only() -> None:
    thin = next(area for area, people in areas._inhabitants().items() if people < areas.MINIMUM_INHABITANTS)
    found = traits_of(Person(), Contact(postal_code=f"{thin}0000", prefecture="北海道"), today=TODAY)
    assert (found.postal3, found.prefecture) == (None, "北海道")
    assert areas.is_known(f"{thin}0000")


def test_the_table_names_every_prefecture_and_sums_to_about_the_country() -> None:
    assert len(areas.prefectures()) == 47
    assert 125_000_000 < sum(areas._inhabitants().values()) < 126_200_000
    assert areas.coarse("0000000") is None


def test_the_text_of_traits_is_canonical() -> None:
    assert as_text(Traits(sex="male")) == as_text(Traits(sex="male"))
    assert as_text(Traits(sex="male")) != as_text(Traits(sex="female"))
