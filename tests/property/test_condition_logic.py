"""Contradictions are told exactly where there are any: each warning is held against every possible member."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.condition_trees import cmps

from noren.audience.language import nodes as n
from noren.audience.language.problems import Place, Wrong
from noren.audience.language.review.logic import illogical, placed
from noren.audience.language.words import Cmp, Measure, Trait

COMPARE = {
    Cmp.AT_LEAST: operator.ge, Cmp.MORE: operator.gt, Cmp.EXACTLY: operator.eq, Cmp.AT_MOST: operator.le,
    Cmp.LESS: operator.lt,
}  # fmt: skip
SEXES = ("female", "male", "other")
TOP = 9
HERE = Place(1, 1, 0, 1)


@dataclass(frozen=True, slots=True)
class Member:
    """A possible member; None: not known."""

    sex: str | None
    band: int | None
    month: int | None
    visits: int


MEMBERS = [
    Member(*each)
    for each in product((*SEXES, "another", None), (*range(0, 86, 5), None), (1, 2, 3, 12, None), range(TOP + 1))
]


def holds(part: n.Node, member: Member) -> bool | None:
    """Return whether a part is true of a member; None: unknown."""
    match part:
        case n.Not(inner):
            found = holds(inner, member)
            return None if found is None else not found
        case n.TraitIs(_, value):
            return None if member.sex is None else member.sex == value
        case n.TraitIsNot(_, value):
            return None if member.sex is None else member.sex != value
        case n.TraitIn(_, values):
            return None if member.sex is None else member.sex in values
        case n.AgeBetween(first, last):
            return None if member.band is None else first <= member.band <= last
        case n.AgeIs(cmp, years):
            last = 999 if member.band == 85 else (member.band or 0) + 4
            edge = last if cmp in (Cmp.MORE, Cmp.AT_MOST) else member.band or 0
            return None if member.band is None else COMPARE[cmp](edge, years)
        case n.BirthMonth(month):
            return None if member.month is None else member.month == month
        case n.Count(_, _, cmp, number):
            return COMPARE[cmp](member.visits, number)
        case n.Never():
            return member.visits == 0
        case _:
            raise AssertionError(part)


def ages() -> st.SearchStrategy[n.Node]:
    found: list[n.Node] = []
    for cmp, years in product(Cmp, range(91)):
        try:
            found.append(n.AgeIs(cmp, years))
        except Wrong:
            continue
    found += [n.AgeBetween(first, last) for first in range(0, 85, 5) for last in range(first + 4, 85, 5)]
    return st.sampled_from(found)


def parts() -> st.SearchStrategy[n.Node]:
    sex = st.sampled_from(SEXES)
    halves = st.integers(0, 2 * (TOP - 2)).map(lambda twice: Decimal(twice) / 2)
    leaf = st.one_of(
        st.builds(n.TraitIs, st.just(Trait.SEX), sex),
        st.builds(n.TraitIsNot, st.just(Trait.SEX), sex),
        st.builds(n.TraitIn, st.just(Trait.SEX), st.lists(sex, min_size=1, max_size=2).map(tuple)),
        ages(),
        st.builds(n.BirthMonth, st.sampled_from([1, 2, 3, 12])),
        st.builds(n.Count, st.just(Measure.VISITS), st.just(n.AnyLine()), cmps(), halves),
        st.just(n.Never(n.AnyLine())),
    )
    return leaf | leaf.map(n.Not)


def codes(node: n.Node) -> list[str]:
    def places() -> Iterator[Place]:
        while True:
            yield HERE

    return [problem.code for problem in illogical(placed(node, places()))]


def fits(node: n.Node) -> list[Member]:
    each = node.parts if isinstance(node, n.And) else (node,)
    return [member for member in MEMBERS if all(holds(part, member) is True for part in each)]


@settings(max_examples=250, deadline=None)
@given(st.lists(parts(), min_size=1, max_size=4))
def test_what_is_called_a_contradiction_holds_for_nobody(some: list[n.Node]) -> None:
    node = n.And(tuple(some)) if len(some) > 1 else some[0]
    if "contradiction" in codes(node):
        assert fits(node) == []


@settings(max_examples=250, deadline=None)
@given(parts(), parts())
def test_two_parts_that_hold_for_nobody_together_are_called_so(one: n.Node, other: n.Node) -> None:
    if fits(n.And((one, other))) == []:
        assert "contradiction" in codes(n.And((one, other)))


@settings(max_examples=150, deadline=None)
@given(parts())
def test_what_is_said_to_hold_always_is_false_for_nobody(part: n.Node) -> None:
    if "always-true" in codes(part):
        assert not any(holds(part, member) is False for member in MEMBERS)


def test_a_wrong_word_about_a_pair_would_be_seen() -> None:
    """The negative control: these two hold for somebody, and those two for nobody."""
    somebody = n.And((n.TraitIs(Trait.SEX, "female"), n.TraitIsNot(Trait.SEX, "male")))
    assert fits(somebody) != []
    assert codes(somebody) == []
    nobody = n.And((n.TraitIs(Trait.SEX, "female"), n.TraitIsNot(Trait.SEX, "female")))
    assert fits(nobody) == []
    assert codes(nobody) == ["contradiction"]
