"""Sensitive goods picked by exclusion are seen as if they were named."""

from __future__ import annotations

from datetime import date

import pytest

from noren.audience.catalogue import Catalogue, catalogue
from noren.audience.judging import Judged, judge

CATEGORIES = ("COFFEE", "TEA", "BREAD", "MILK", "MEDICINE")
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def names() -> Catalogue:
    rows = [
        (f"{each}-{number}", None, each, "FOOD", None, None, "medicine" if each == "MEDICINE" else None)
        for each in CATEGORIES
        for number in range(3)
    ]
    return catalogue(rows, [("S1", "P1", None)], {}, [])


def judged(text: str, names: Catalogue) -> Judged:
    found = judge(text, "P1", names, TODAY)
    assert isinstance(found, Judged), found
    return found


@pytest.mark.parametrize(
    ("text", "sensitive"),
    [
        ('visits(category = "MEDICINE") >= 1', True),
        ('visits(not category in ("COFFEE", "TEA", "BREAD", "MILK")) >= 1', True),
        (
            'visits(category != "COFFEE" and category != "TEA" and category != "BREAD" and category != "MILK") >= 1',
            True,
        ),
        ('visits(not (category in ("COFFEE", "TEA") or category in ("BREAD", "MILK"))) >= 1', True),
        ('visits(not category in ("COFFEE", "TEA", "BREAD")) >= 1', True),
        ('visits(not category in ("COFFEE", "TEA")) >= 1', False),
        ('visits(category != "COFFEE") >= 1', False),
        ('visits(category in ("COFFEE", "TEA", "BREAD", "MILK")) >= 1', False),
        ('visits(not category in ("COFFEE", "TEA", "BREAD", "MILK") and category = "TEA") >= 1', False),
        ("visits(any) >= 1", False),
    ],
)
def test_what_is_left_counts(text: str, sensitive: bool, names: Catalogue) -> None:
    assert judged(text, names).sensitive is sensitive


def test_what_is_left_is_not_combined_with_a_small_area(names: Catalogue) -> None:
    found = judged('visits(not category in ("COFFEE", "TEA", "BREAD", "MILK")) >= 1 and postal3 = 150', names)
    assert [each.code for each in found.errors] == ["sensitive-small-area"]
