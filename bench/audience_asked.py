"""The conditions of the audience bench: one, and two mixtures of a thousand (seeded)."""

from __future__ import annotations

import random
from collections.abc import Callable

from noren.audience.language import Condition, parse

ONE = 'visits(category = "COFFEE") >= 5 in last 182 days'
WINDOWS = ["", " in last 30 days", " in last 90 days", " in last 182 days", " in last 365 days", " in previous month"]
SEED = 1


def simple(rng: random.Random, categories: list[str]) -> str:
    """Return counts, sums, days and recency of one category."""
    category, window = f'category = "{rng.choice(categories)}"', rng.choice(WINDOWS)
    kinds = [
        f"visits({category}) >= {rng.randint(1, 6)}{window}",
        f"spend({category}) >= {rng.randint(100, 3000)}{window}",
        f"days({category}) >= {rng.randint(1, 6)}{window}",
        f'units({category} and brand = "Private") >= {rng.randint(1, 6)}{window}',
        f"days_since_last({category}) >= {rng.randint(10, 90)}",
    ]
    return rng.choices(kinds, weights=[5, 2, 1, 1, 1])[0]


def mixed(rng: random.Random, categories: list[str]) -> str:
    """Return a predicate of any kind over purchases, each kind as often as the others."""
    one, other = (f'category = "{name}"' for name in rng.sample(categories, 2))
    window, n = rng.choice(WINDOWS), rng.randint(1, 4)
    kinds = [
        f"visits({one}) >= {n}{window}",
        f"never({one}){window}",
        f"spend({one} or {other}) >= {100 * n}{window}",
        f"weeks({one}) >= {n}{window}",
        f"months({one} and weekday in (sat, sun)) >= {n}{window}",
        f"lines({one} and hour 17..23) >= {n}{window}",
        f"shops({one}) >= {n}{window}",
        f"products({one}) >= {n}{window}",
        f"brands({one}) >= 2{window}",
        f"share({one} of any) >= {5 * n} %{window}",
        f"change(spend({one}), {30 * n} days) <= -{10 * n} %",
        f"bought({one}) followed by ({other}) within {30 * n} days{window}",
        f"bought({one}) not followed by ({one}) within {20 * n} days in last 180 days",
        f"top {5 * n} % by spend({one}){window}",
        f"overdue({one}) > {n}",
        f"every month for {n} (visits({one}) >= 1)",
        f"visits(together({one}, {other})) >= 1{window}",
        f"days_since_first({one}) <= {30 * n}",
        f"visits({one} and basket_total >= {1000 * n}) >= 1{window}",
        f"visits({one}) >= 1{window} and not visits({other}) >= {n}",
    ]
    return rng.choice(kinds)


def conditions(
    make: Callable[[random.Random, list[str]], str], count: int, categories: list[str]
) -> dict[str, Condition]:
    """Return so many conditions of a mixture."""
    rng = random.Random(SEED)
    return read([make(rng, categories) for _ in range(count)])


def read(texts: list[str]) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for number, text in enumerate(texts):
        one = parse(text)
        assert isinstance(one, Condition), (text, one)
        found[str(number)] = one
    return found
