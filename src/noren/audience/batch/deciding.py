"""From answers to who qualifies: three-valued logic over sets of members' numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from pyroaring import BitMap

from noren.audience.batch.needing import trait_of
from noren.audience.batch.planning import Plan
from noren.audience.language import nodes as n


@dataclass(frozen=True, slots=True)
class Truth:
    """For whom something is true, and for whom it is unknown; for all others it is false."""

    true: BitMap
    unknown: BitMap


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides conditions from the answers of a run."""

    plan: Plan
    answers: Mapping[int, BitMap]
    everyone: BitMap

    def who(self, condition: n.Condition) -> BitMap:
        """Return for whom the condition is true: unknown does not qualify."""
        return self._truth(condition.root).true

    def _truth(self, node: n.Node) -> Truth:
        match node:
            case n.Not(part):
                inner = self._truth(part)
                return Truth(self.everyone - inner.true - inner.unknown, inner.unknown)
            case n.And(parts):
                return _all([self._truth(part) for part in parts])
            case n.Or(parts):
                return _any([self._truth(part) for part in parts])
            case n.AtLeast(count, parts):
                return _at_least(count, [self._truth(part) for part in parts])
            case _:
                return self._predicate(node)

    def _predicate(self, predicate: n.Predicate) -> Truth:
        question = self.plan.questions[predicate]
        found = self._answer(question)
        true = self.everyone - found if question in self.plan.held else found
        trait = trait_of(predicate)
        if trait is None:
            return Truth(true, BitMap())
        return Truth(true, self.everyone - self._answer(self.plan.known[trait]))

    def _answer(self, question: int) -> BitMap:
        return self.answers.get(question, BitMap())


def _all(parts: Sequence[Truth]) -> Truth:
    true = reduce(BitMap.__and__, (part.true for part in parts))
    possible = reduce(BitMap.__and__, (part.true | part.unknown for part in parts))
    return Truth(true, possible - true)


def _any(parts: Sequence[Truth]) -> Truth:
    true = BitMap.union(*(part.true for part in parts))
    return Truth(true, BitMap.union(*(part.unknown for part in parts)) - true)


def _at_least(count: int, parts: Sequence[Truth]) -> Truth:
    true = _often(count, [part.true for part in parts])
    possible = _often(count, [part.true | part.unknown for part in parts])
    return Truth(true, possible - true)


def _often(count: int, sets: Sequence[BitMap]) -> BitMap:
    """Return who is in at least ``count`` of the sets."""
    in_at_least = [BitMap() for _ in range(count)]
    for here in sets:
        for place in range(count - 1, 0, -1):
            in_at_least[place] |= in_at_least[place - 1] & here
        in_at_least[0] |= here
    return in_at_least[count - 1]
