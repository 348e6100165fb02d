"""From predicates to conditions, asking no more than is needed: a condition that fails by one part needs no other.

Each condition has its ground: the part by which it is not true, or ALL where it is. A predicate that
is no part of a ground may turn unseen: it is open, and it is asked when a condition's ground has gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from noren.audience.live.answers import Answers
from noren.audience.live.kept import Facts
from noren.audience.live.numbers import FAR
from noren.audience.live.plan import ALL, Plan
from noren.audience.live.ranking import AskTop, reaches
from noren.audience.live.today import Day, Now

OPEN: Final = 3
"""Beside false, true and unknown: not known now, and no condition hangs on it."""

UNSURE: Final = 4
"""Told of facts that have become others since: to be asked again, whatever was told."""


@dataclass(slots=True)
class Asking:
    """Truths by a predicate's number; one that is open is asked.

    ``turns``: when they may turn by themselves; ``ranks``: what ``top`` ranks her by, and when that may be another.
    """

    plan: Plan
    facts: Facts
    day: Day
    now: Now
    truths: bytearray
    turns: dict[int, int]
    ranks: dict[int, tuple[int, int]]

    def __getitem__(self, number: int) -> int:
        """Return a predicate's truth."""
        truth = self.truths[number]
        return truth if truth != OPEN else self.ask(number)

    def ask(self, number: int) -> int:
        """Ask the facts anew, and return a predicate's truth."""
        kinds = self.plan.kinds
        if number in kinds.tops:
            return self._rank(number, kinds.tops[number])
        truth, turn = kinds.questions[number](self.facts, self.day, self.now)
        self.truths[number] = truth
        if turn < FAR:
            self.turns[number] = turn
        else:
            self.turns.pop(number, None)
        return truth

    def _rank(self, number: int, top: AskTop) -> int:
        state, truth = self.facts[top.facts[0]], 0
        if state is not None:
            ranked = self.ranks[number] = top.value_until(state, self.day)
            truth = reaches(ranked[0], self.now.cuts[top.number])
        self.truths[number] = truth
        return truth

    def again(self, due: Iterable[int], grounds: bytearray) -> list[int]:
        """Ask again what conditions hang on, open the others; return the predicates that turned."""
        spoken_in, truths, turned = self.plan.spoken_in, self.truths, list[int]()
        for number in due:
            for condition, part in spoken_in[number]:
                ground = grounds[condition]
                if ground in (part, ALL):
                    before = truths[number]
                    if self.ask(number) != before:
                        turned.append(number)
                    break
            else:
                truths[number] = OPEN
                self.turns.pop(number, None)
                self.ranks.pop(number, None)
        return turned


def settle(asking: Asking, turned: Iterable[int], grounds: bytearray, bits: int) -> int:
    """Return the bits with the conditions told anew that hang on what turned, whose grounds are found again."""
    spoken_in = asking.plan.spoken_in
    again = {one for number in turned for one, part in spoken_in[number] if grounds[one] in (part, ALL)}
    for one in again:
        ground = grounds[one] = ground_of(asking, one)
        if ground == ALL:
            bits |= 1 << one
        else:
            bits &= ~(1 << one)
    return bits


def ground_of(asking: Asking, condition: int) -> int:
    """Return the part by which a condition is not true, one that is known if there is one; ALL: it is true."""
    parts, truths = asking.plan.parts[condition], asking.truths
    for place, (number, _) in enumerate(parts):
        if number is not None and truths[number] in (0, 2):
            return place
    for place, (_, tree) in enumerate(parts):
        if tree(asking) != 1:
            return place
    return ALL


def unsure(plan: Plan, told: Answers, facts: Iterable[int]) -> Answers:
    """Return an answer after which what asks some facts is asked again whatever was told of it.

    Another purchase leaves what is told true where it only grows; these facts have become others.
    """
    truths, turns = bytearray(told.truths), told.turns.copy()
    for fact in facts:
        for number in plan.asked.get(fact, ()):
            turns.pop(number, None)
            if truths[number] != OPEN:
                truths[number] = UNSURE
    return replace(told, truths=truths, turns=turns)
