"""Rules of tiers as tables: what a file may say, what is wrong with it, over which days it looks, what it gives."""

from __future__ import annotations

import random
import secrets
from datetime import date
from typing import Any

import msgspec
import pytest

from noren.activity.tier_days import HerTier, first_of, month_of
from noren.activity.tiers import Rules, RulesRow, RulesState, days_of, level_of, next_level, of_month, text_of
from noren.audience.tiering.operations import first_possible
from noren.audience.tiering.reading import read_rules
from noren.audience.tiering.words import level_says, rule_says

FILE = """
from = 2027-04-01
measure = "spend"
window = "last-months"
months = 12
[[level]]
id = "regular"
title = { ja = "レギュラー", en = "Regular" }
threshold = 0
[[level]]
id = "silver"
title = { ja = "シルバー", en = "Silver" }
threshold = 50000
[[level]]
id = "gold"
title = { ja = "ゴールド", en = "Gold" }
threshold = 200000
"""


def good(text: str = FILE) -> Rules:
    read = read_rules(text)
    assert isinstance(read, Rules), read
    return read


def test_a_file_is_read_and_its_text_leads_back() -> None:
    read = good()
    assert [level.id for level in read.level] == ["regular", "silver", "gold"]
    assert msgspec.json.decode(text_of(read), type=Rules) == read


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("threshold = 50000", "treshold = 50000", "level[1].treshold", "threshold"),
        ("months = 12", "month = 12", "month", "months"),
        ('"spend"', '"spent"', "measure", "spend"),
        ('"last-months"', '"last-month"', "window", "last-months"),
        ("months = 12\n", "", "months", "last-months"),
        ('window = "last-months"', 'window = "last-year"', "months", "last-months"),
        ("months = 12", "months = 25", "months", "24"),
        ("threshold = 0", "threshold = 1", "level[0].threshold", "0"),
        ("threshold = 200000", "threshold = 50000", "level[2].threshold", "50000"),
        ('id = "gold"', 'id = "silver"', "level[2].id", "twice"),
        ('id = "gold"', 'id = "Gold!"', "level[2].id", "regex"),
        ("threshold = 50000", "threshold = -5", "level[1].threshold", "0"),
        ("threshold = 50000", "threshold = 0.5", "level[1].threshold", "int"),
        ("from = 2027-04-01\n", "", "from", "missing"),
        ('title = { ja = "ゴールド", en = "Gold" }', 'title = { ja = "ゴールド" }', "level[2].title.en", "missing"),
        ("from = 2027-04-01", "from = [", "", "TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, at: str, says: str) -> None:
    assert old in FILE
    read = read_rules(FILE.replace(old, new, 1))
    assert isinstance(read, list)
    assert at in [each.at for each in read], read
    assert any(says in each.say.en for each in read), read
    assert all(each.say.ja for each in read)


@pytest.mark.parametrize(
    ("window", "month", "first", "end"),
    [
        ("last-months", date(2027, 4, 1), date(2026, 4, 1), date(2027, 4, 1)),
        ("last-months", date(2028, 3, 1), date(2027, 3, 1), date(2028, 3, 1)),
        ("last-year", date(2027, 1, 1), date(2026, 1, 1), date(2027, 1, 1)),
        ("last-year", date(2027, 12, 1), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_days_that_are_looked_at(window: str, month: date, first: date, end: date) -> None:
    text = FILE if window == "last-months" else FILE.replace("months = 12\n", "").replace("last-months", "last-year")
    assert days_of(good(text), month_of(month)) == (first, end)


@pytest.mark.parametrize(
    ("measured", "level", "above"),
    [(0, "regular", "silver"), (-100, "regular", "silver"), (49_999, "regular", "silver"), (50_000, "silver", "gold"),
     (199_999, "silver", "gold"), (200_000, "gold", None), (10**12, "gold", None)],
)  # fmt: skip
def test_levels(measured: int, level: str, above: str | None) -> None:
    rules = good()
    assert level_of(rules, measured).id == level
    found = next_level(rules, measured)
    assert (found.id if found else None) == above


def test_a_tier_never_falls_where_the_measure_rises() -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance, rules = random.Random(seed), good()
    order = [level.id for level in rules.level]
    measures = sorted(chance.randrange(0, 300_000) for _ in range(500))
    ranks = [order.index(level_of(rules, each).id) for each in measures]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}, "it rises indeed"


def version(number: int, first: str, state: RulesState = RulesState.PUBLISHED) -> RulesRow:
    return RulesRow(number, state, text_of(good(FILE.replace("2027-04-01", first))), "a", "b", 1, 1)


@pytest.mark.parametrize(
    ("month", "number", "first"),
    [
        (date(2027, 3, 1), None, None),
        (date(2027, 4, 1), 1, date(2027, 4, 10)),
        (date(2027, 5, 1), 1, date(2027, 5, 1)),
        (date(2027, 8, 1), 2, date(2027, 8, 1)),
        (date(2027, 9, 1), 2, date(2027, 9, 1)),
    ],
)
def test_the_version_of_a_month(month: date, number: int | None, first: date | None) -> None:
    rows = [version(1, "2027-04-10"), version(2, "2027-08-01"), version(3, "2027-09-01", RulesState.DRAFT)]
    found = of_month(rows, month_of(month))
    assert (None, None) if found is None else (found[0].version, found[1]) == (number, first)
    assert (found is None) == (number is None)


@pytest.mark.parametrize(
    ("before", "today", "first"),
    [
        ([], date(2027, 2, 14), date(2027, 2, 14)),
        (["2027-01-01"], date(2027, 2, 14), date(2027, 4, 1)),
        (["2027-01-01"], date(2027, 3, 2), date(2027, 4, 1)),
        (["2027-01-01"], date(2027, 3, 3), date(2027, 5, 1)),
        (["2027-01-01", "2027-09-01"], date(2027, 3, 2), date(2027, 10, 1)),
        (["2026-01-01"], date(2026, 12, 15), date(2027, 2, 1)),
    ],
)
def test_the_first_day_that_is_possible(before: list[str], today: date, first: date) -> None:
    assert first_possible([version(n, each) for n, each in enumerate(before, 1)], today) == first


JUNE = month_of(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("day", "known", "tier"),
    [
        (date(2026, 6, 9), HerTier(), None),
        (date(2026, 6, 9), HerTier(JUNE, date(2026, 6, 10).toordinal(), "blue"), None),
        (date(2026, 6, 10), HerTier(JUNE, date(2026, 6, 10).toordinal(), "blue"), "blue"),
        (date(2026, 6, 30), HerTier(JUNE, 1, "blue", 1, "base", JUNE, "gold", "silver"), "gold"),
        (date(2026, 5, 31), HerTier(JUNE, 1, "blue", 1, "base", JUNE, "gold", "silver"), "silver"),
        (date(2026, 5, 31), HerTier(JUNE, 1, "blue", 1, "base", JUNE, "gold", ""), "base"),
        (date(2026, 5, 31), HerTier(JUNE, 1, "blue", 1, "base"), "base"),
        (date(2026, 5, 31), HerTier(JUNE, 1, "blue", 0, "", JUNE, "gold", "silver"), None),
        (date(2026, 7, 1), HerTier(JUNE, 1, "blue", 1, "base", JUNE, "gold", "silver"), None),
        (date(2026, 4, 30), HerTier(JUNE, 1, "blue", 1, "base", JUNE, "gold", "silver"), None),
        (date(2026, 6, 30), HerTier(JUNE, 1, "blue", 1, "base", JUNE + 1, "gold", "silver"), "silver"),
        (date(2026, 6, 30), HerTier(JUNE, 1, "blue", 1, "base", JUNE + 1, "gold", ""), "blue"),
    ],
)
def test_the_tier_of_a_day(day: date, known: HerTier, tier: str | None) -> None:
    assert known.on(day) == tier


def test_months_are_numbered_and_back() -> None:
    assert [first_of(month_of(date(2026, m, 28))) for m in range(1, 13)] == [date(2026, m, 1) for m in range(1, 13)]


@pytest.mark.parametrize("measure", ["spend", "points", "visits"])
def test_rules_are_told_in_words(measure: str) -> None:
    said: Any = good(FILE.replace('"spend"', f'"{measure}"'))
    assert "直近12か月" in rule_says(said).ja
    assert "12 whole months" in rule_says(said).en
    assert level_says(said, said.level[0], "JPY").en == "Regular: everybody"
    assert "200,000" in level_says(said, said.level[2], "JPY").ja
