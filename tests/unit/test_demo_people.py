"""The demo's persons are invented, unreachable, unique, and the same everywhere."""

from __future__ import annotations

import re
from datetime import date

import pytest

from noren.doors.cli.demo.names import FAMILY, MEN, WOMEN
from noren.doors.cli.demo.people import Person, people
from noren.doors.cli.demo.reference import shop_rows

START = date(2025, 11, 16)
BANDS = (None, "19-24", "25-34", "35-44", "45-54", "55-64", "65+")
HOUSEHOLDS = {str(number): BANDS[number % len(BANDS)] for number in range(1, 2470)}


@pytest.fixture(scope="module")
def members() -> list[Person]:
    return people(HOUSEHOLDS, START)


def test_they_are_the_same_whenever_they_are_made(members: list[Person]) -> None:
    assert people(dict(reversed(HOUSEHOLDS.items())), START) == members
    first = members[0]
    assert (first.household, first.family_name + first.given_name, first.cards) == (
        "1", "竹内洋子", ("2985175708149092",),
    )  # fmt: skip


@pytest.mark.parametrize("field", ["member_number", "phone", "email"])
def test_no_two_share(members: list[Person], field: str) -> None:
    assert len({getattr(person, field) for person in members}) == len(members)


def test_cards_are_unique_and_some_members_have_two(members: list[Person]) -> None:
    cards = [card for person in members for card in person.cards]
    assert len(set(cards)) == len(cards)
    assert all(re.fullmatch(r"298[0-9]{13}", card) for card in cards)
    assert 100 < len(cards) - len(members) < 400


def test_nobody_can_be_reached(members: list[Person]) -> None:
    for person in members:
        assert re.fullmatch(r"0[789]0-0000-[0-9]{4}", person.phone)
        assert person.email.endswith("@mail.example.jp")
        assert re.fullmatch(r"[0-9]{7}", person.postal_code)


def test_ages_lie_in_the_bands_that_the_source_tells(members: list[Person]) -> None:
    for person in members:
        band = HOUSEHOLDS[person.household]
        age = START.year - person.birth_date.year - (
            (START.month, START.day) < (person.birth_date.month, person.birth_date.day)
        )  # fmt: skip
        low, high = (19, 89) if band is None else (65, 89) if band == "65+" else map(int, band.split("-"))
        assert low <= age <= high, (person.household, band, person.birth_date)
        assert person.since < START
        assert person.since.day == 1
        assert person.since.year - person.birth_date.year >= 18


def test_no_name_stands_in_a_shop_or_a_place(members: list[Person]) -> None:
    shops = " ".join(f"{row['name']}{row['prefecture']}" for row in shop_rows([str(shop) for shop in range(1000)]))
    places = " ".join(person.prefecture + person.city + person.street for person in members)
    for name in (*FAMILY, *MEN, *WOMEN):
        assert name.written not in shops
        assert name.written not in places
        assert name.kana not in shops


def test_a_person_prints_no_numbers(members: list[Person]) -> None:
    person = next(person for person in members if len(person.cards) > 1)
    assert not any(secret in repr(person) for secret in (person.member_number, *person.cards))
