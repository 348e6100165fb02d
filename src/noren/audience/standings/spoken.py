"""What conditions speak of: which attributes, which measures. What none speaks of need not be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from noren.audience.language import nodes as n
from noren.audience.language.walking import filters_of, tests
from noren.audience.language.words import Attribute, Measure


def attributes_of(conditions: Iterable[n.Condition]) -> frozenset[Attribute]:
    """Return the attributes that the filters of conditions test."""
    found: set[Attribute] = set()
    for predicate in _predicates(conditions):
        for each in filters_of(predicate):
            found.update(
                test.attribute
                for test in tests(each)
                if isinstance(test, n.AttributeIs | n.AttributeIsNot | n.AttributeIn | n.AttributeInList)
            )
    return frozenset(found)


def measures_of(conditions: Iterable[n.Condition]) -> frozenset[Measure]:
    """Return the measures that conditions count by."""
    found: set[Measure] = set()
    for predicate in _predicates(conditions):
        match predicate:
            case n.Count() | n.Change() | n.Top():
                found.add(predicate.measure)
            case n.Every():
                found.add(predicate.count.measure)
            case _:
                continue
    return frozenset(found)


def _predicates(conditions: Iterable[n.Condition]) -> Iterator[n.Predicate]:
    for condition in conditions:
        yield from n.predicates(condition.root)
