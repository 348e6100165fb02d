"""What is shown of a noisy value: rounded, or too few; bands; and what might be widened."""

from __future__ import annotations

import math
from datetime import date

import pytest

from noren.audience.figure.budget import BudgetEmpty, Limits, Spent, highest, refusal, renewal
from noren.audience.figure.rounding import About, TooFew, band, noise_band, shown
from noren.audience.figure.widening import suggestions
from noren.audience.language import Condition, parse


@pytest.mark.parametrize(
    ("noisy", "people"),
    [(50, 50), (54, 50), (55, 60), (99, 100), (104, 100), (994, 990), (1_234, 1_200), (1_250, 1_300), (98_765, 99_000)],
)
def test_two_digits_are_told(noisy: int, people: int) -> None:
    assert shown(noisy, 50) == About(people)


@pytest.mark.parametrize("noisy", [49, 0, -3, -4_000])
def test_too_few_tells_no_number(noisy: int) -> None:
    assert shown(noisy, 50) == TooFew(50)
    assert str(abs(noisy)) not in shown(noisy, 50).say.en or noisy == 0


def beyond(most: int, epsilon: float) -> float:
    """Return how often discrete Laplace noise is beyond a bound, added up one by one."""
    alpha = math.exp(-epsilon)
    one = (1 - alpha) / (1 + alpha)
    return 1 - math.fsum(one * alpha ** abs(noise) for noise in range(-most, most + 1))


@pytest.mark.parametrize(("epsilon", "people"), [(0.05, 60), (0.1, 30), (0.5, 6), (1.0, 3), (3.0, 1), (20.0, 0)])
def test_the_noise_band_is_the_least_that_holds_95_times_of_100(epsilon: float, people: int) -> None:
    assert noise_band(epsilon) == people
    assert beyond(people, epsilon) <= 0.05
    assert people == 0 or beyond(people - 1, epsilon) > 0.05


def test_words() -> None:
    assert About(1_200).say.ja == "約1,200人"
    assert About(1_200).say.en == "about 1,200"


@pytest.mark.parametrize(
    ("both", "word"), [(-5, "little"), (9, "little"), (10, "some"), (50, "half"), (89, "most"), (100, "nearly-all")]
)
def test_bands(both: int, word: str) -> None:
    found = band(100, 900, both, 50)
    assert not isinstance(found, TooFew)
    assert found.word == word
    assert band(49, 900, both, 50) == TooFew(50)


def advice(text: str) -> list[str]:
    condition = parse(text)
    assert isinstance(condition, Condition)
    return [say.en.partition(": ")[2] or say.en for say in suggestions(condition)]


def test_what_might_be_widened_comes_from_the_text() -> None:
    assert advice('postal3 = "100" and age 20..24 and visits(product = "49") >= 9 in last 7 days') == [
        "take the prefecture instead",
        "name the brand or category, not a product",
        "take a wider range of ages",
    ]
    assert advice("visits(any) >= 9 in last 7 days") == ["ask for fewer or less", "take a longer window"]
    assert advice("sex = female") == []


def test_months_renew_on_their_first_day() -> None:
    assert (renewal("2026-11"), renewal("2026-12")) == (date(2026, 12, 1), date(2027, 1, 1))
    assert highest({"a": 1, "b": 5}, {"a": 3}) == {"a": 3, "b": 5}
    limits = Limits(figure=10, asker=20, programme=30)
    assert refusal(limits, Spent("2026-11", {"a": 10}), "a", 1) is None
    assert refusal(limits, Spent("2026-11", {"a": 10}), "a", 2) == BudgetEmpty("asker", date(2026, 12, 1))
    assert refusal(limits, Spent("2026-11", {"a": 20, "b": 10}), "c", 1) == BudgetEmpty("programme", date(2026, 12, 1))
