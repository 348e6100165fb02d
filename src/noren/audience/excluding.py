"""Sensitive goods picked without naming them: by excluding the others until mostly sensitive ones are left."""

from __future__ import annotations

from typing import Final

from noren.audience.catalogue import Catalogue
from noren.audience.language import Condition
from noren.audience.language import nodes as n
from noren.audience.language.words import Attribute

MOSTLY: Final = 2
"""One of so many of the values that are left being sensitive makes a filter one of sensitive goods."""


def leaves_sensitive_goods(condition: Condition, names: Catalogue) -> bool:
    """Return whether some filter excludes so much of an attribute that half of what is left, or more, is sensitive."""
    filters = [inner for part in n.predicates(condition.root) for inner in n.filters_of(part)]
    return any(_leaves(inner, attribute, names) for inner in filters for attribute in _named(inner))


def _named(inner: n.Filter) -> set[Attribute]:
    return {
        test.attribute for test in n.tests(inner) if isinstance(test, n.AttributeIs | n.AttributeIsNot | n.AttributeIn)
    }


def _leaves(inner: n.Filter, attribute: Attribute, names: Catalogue) -> bool:
    known = names.values(attribute) or frozenset()
    sensitive = {value for each, value in names.sensitive if each is attribute} & known
    if not sensitive or len(known) - _count(inner, attribute) > MOSTLY * len(sensitive):
        return False  # too little is named for the sensitive ones to be half of the rest
    left = {value for value in known if _may(inner, attribute, value, wanted=True)}
    return len(left) < len(known) and 0 < len(left) <= MOSTLY * len(left & sensitive)


def _count(inner: n.Filter, attribute: Attribute) -> int:
    """Return how many values of an attribute a filter names."""
    count = 0
    for test in n.tests(inner):
        if isinstance(test, n.AttributeIs | n.AttributeIsNot) and test.attribute is attribute:
            count += 1
        elif isinstance(test, n.AttributeIn) and test.attribute is attribute:
            count += len(test.values)
    return count


def _may(inner: n.Filter, attribute: Attribute, value: str, *, wanted: bool) -> bool:
    """Return whether a line with this value may make a filter come out as ``wanted``, whatever else is of the line."""
    match inner:
        case n.FilterNot(part):
            return _may(part, attribute, value, wanted=not wanted)
        case n.FilterAnd(parts) | n.Together(parts):
            return (all if wanted else any)(_may(part, attribute, value, wanted=wanted) for part in parts)
        case n.FilterOr(parts):
            return (any if wanted else all)(_may(part, attribute, value, wanted=wanted) for part in parts)
        case n.AttributeIs(of, named) if of is attribute:
            return (named == value) == wanted
        case n.AttributeIsNot(of, named) if of is attribute:
            return (named != value) == wanted
        case n.AttributeIn(of, values) if of is attribute:
            return (value in values) == wanted
        case _:
            return True
