"""The review of one condition: errors that its surroundings make, and warnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from noren.audience.language import nodes as n
from noren.audience.language.building import Read
from noren.audience.language.problems import Place, Problem
from noren.audience.language.review.logic import illogical, odd_filter, placed
from noren.audience.language.review.reach import before_horizon, other_companies, small_area, till_only
from noren.audience.language.review.surroundings import Surroundings
from noren.audience.language.review.values import (
    near_twins,
    odd_postal3,
    odd_values,
    sensitive_values,
    trait_values,
    unknown_names,
    unknown_sex,
    valued,
)
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Review:
    """Errors refuse the condition here; warnings tell what may not be meant. Both in the order of the text."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def review(read: Read, around: Surroundings) -> Review:
    """Return what is to be said of a condition in its surroundings."""
    errors = [*_errors(read, around), *_refused_mixture(read, around)]
    return Review(_sorted(errors), _sorted(_warnings(read, around)))


def _sorted(problems: Iterator[Problem] | list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.place.start))


def _parts(read: Read) -> Iterator[tuple[n.Predicate, Place]]:
    yield from zip(n.predicates(read.condition.root), read.predicates, strict=True)


def _tests(read: Read) -> Iterator[tuple[n.Test, tuple[Place, ...]]]:
    found = (test for part, _ in _parts(read) for inner in n.filters_of(part) for test in n.tests(inner))
    yield from zip(found, read.tests, strict=True)


def _errors(read: Read, around: Surroundings) -> Iterator[Problem]:
    for test, places in _tests(read) if around.names is not None else ():
        assert around.names is not None
        yield from unknown_names(test, places, around.names)
    for part, place in _parts(read):
        yield from before_horizon(part, place, around)


def _refused_mixture(read: Read, around: Surroundings) -> Iterator[Problem]:
    """Sensitive goods and a small area do not go together, wherever they stand in the condition."""
    sensitive = any(True for test, places in _tests(read) for _ in sensitive_values(test, places, around))
    for part, place in _parts(read) if sensitive else ():
        for _ in small_area(part, place):
            say = Say(
                "慎重に扱う商品の条件は、せまい地域の条件と組み合わせられません。都道府県を使ってください。",
                "Sensitive goods are not combined with a small area: take the prefecture.",
            )
            yield Problem("sensitive-small-area", place, say, "prefecture")


def _warnings(read: Read, around: Surroundings) -> Iterator[Problem]:
    yield from illogical(placed(read.condition.root, iter(read.predicates)))
    for part, place in _parts(read):
        yield from tuple(odd_postal3(part, place)) or small_area(part, place)
        yield from unknown_sex(part, place)
        yield from odd_values((value, place) for value in trait_values(part))
        yield from till_only(part, place)
        if around.issuer is not None:
            yield from other_companies(part, place, around.issuer)
        for inner in n.filters_of(part):
            yield from odd_filter(inner, place)
    for test, places in _tests(read):
        yield from odd_values((value, place) for _, value, place in valued(test, places))
        yield from sensitive_values(test, places, around)
        if around.names is not None:
            yield from near_twins(test, places, around.names)
