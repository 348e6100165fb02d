"""A sentence says all that its condition says: with any one word or number changed, it is another sentence."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.property.condition_trees import conditions

from noren.audience.language import Condition, parse, to_text
from noren.audience.language.problems import Wrong
from noren.audience.language.speech import sentence

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
SETTINGS = settings(
    max_examples=20_000 if NIGHT else 200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    print_blob=True,
)
Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each word, number, text and date of a tree with the way to it."""
    if is_dataclass(value):
        for each in fields(value):
            yield from leaves(getattr(value, each.name), (*path, each.name))
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path, value


def put(value: Any, path: Path, leaf: Any) -> Any:
    """Return a tree with one leaf replaced."""
    if not path:
        return leaf
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*value[:step], put(value[step], rest, leaf), *value[step + 1 :])
    return replace(value, **{step: put(getattr(value, step), rest, leaf)})


def other(leaf: Any, chance: random.Random) -> Any:
    """Return another value of the same kind."""
    if isinstance(leaf, StrEnum):
        return chance.choice([each for each in type(leaf) if each is not leaf])
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, date):
        return leaf + timedelta(days=1)
    if isinstance(leaf, int | Decimal):
        return leaf + chance.choice([-5, -1, 1, 5])
    return 5 if leaf is None else f"{leaf}X"


def said(condition: Condition) -> tuple[str, str, str]:
    return sentence(condition, "ja"), sentence(condition, "ja", "member"), sentence(condition, "en")


@SETTINGS
@given(conditions(most=3), st.randoms(use_true_random=False))
def test_whatever_is_changed_is_heard(condition: Condition, chance: random.Random) -> None:
    path, leaf = chance.choice(list(leaves(condition.root)) or [((), None)])
    assume(path)
    try:
        changed = Condition(put(condition.root, path, other(leaf, chance)))
    except Wrong:
        assume(False)
        return
    assume(changed != condition)
    for one, another in zip(said(condition), said(changed), strict=True):
        assert one != another, f"{to_text(condition)} and {to_text(changed)} sound the same: {one}"


def test_a_speaker_that_leaves_windows_out_would_be_heard() -> None:
    one, another = (parse(f"visits(any) >= 5 in last {days} days") for days in (30, 31))
    assert isinstance(one, Condition)
    assert isinstance(another, Condition)
    for heard, also in zip(said(one), said(another), strict=True):
        assert heard != also
        assert re.sub("3[01]", "", heard) == re.sub("3[01]", "", also)
