"""Asking for private figures: drawn once for a pair (question, day), paid for durably before they leave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.audience.errors import HighWaterLost
from noren.audience.figure.budget import BudgetEmpty, Limits, Spent, highest, latest, month_of, refusal
from noren.audience.model import Question
from noren.audience.ports import Charge, Drawn, Figures, HighWater, Noise

UNTOLD: Final = "(lost)"
"""To whom a month is charged whose mark was lost: all of it, for nobody knows what was spent."""

Count = Callable[[Sequence[Question]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and the machine's own day: budgets know no sandbox's clock."""

    name: str
    today: date


def look_at_mark(mark: HighWater, months: Sequence[str], limits: Limits) -> bool:
    """Look at the mark of a store that is opened; return whether it was lost, which costs the whole month's budget.

    ``months``: this month, and the latest in which the store knows of a charge.
    """
    try:
        mark.read()
    except HighWaterLost:
        mark.begin({latest(*months): {UNTOLD: limits.programme}})
        return True
    return False


class PrivateFigures:
    """Draws figures. One at a time: two who ask the same at once get the same."""

    def __init__(self, figures: Figures, mark: HighWater, noise: Noise, limits: Limits) -> None:
        self._figures = figures
        self._mark = mark
        self._noise = noise
        self._limits = limits
        self._lock = threading.Lock()

    def ask(self, questions: Sequence[Question], day: date, asker: Asker, count: Count) -> Sequence[int] | BudgetEmpty:
        """Return the noisy values of some questions as of the end of a day.

        ``count`` is called for those alone that were not asked yet for that day, and only when they can be paid.

        Raises:
            HighWaterLost: what was spent can not be told; nothing is drawn.
        """
        with self._lock:
            known = {q: f.noisy for q in questions if (f := self._figures.figure(q.digest, day)) is not None}
            new = [q for q in dict.fromkeys(questions) if q not in known]
            if new:
                spent = self.spent(asker.today)
                empty = refusal(self._limits, spent, asker.name, len(new))
                if empty is not None:
                    return empty
                known |= self._draw(new, day, asker.name, spent, count(new))
        return [known[question] for question in questions]

    def spent(self, today: date) -> Spent:
        """Return what has been spent in the month that counts: the latest that any record knows."""
        marked = self._mark.read()
        month = latest(month_of(today), self._figures.latest_month(), *marked)
        return Spent(month, highest(marked.get(month, {}), self._figures.spent(month)))

    def _draw(
        self, new: Sequence[Question], day: date, asker: str, spent: Spent, counts: Sequence[int]
    ) -> Mapping[Question, int]:
        """Pay, draw, keep. The mark is raised before anything is drawn, so a power cut takes no charge back."""
        assert len(counts) == len(new), "a count for each question"
        cost = self._limits.figure
        paid = {**spent.by_asker, asker: spent.by_asker.get(asker, 0) + cost * len(new)}
        self._mark.raise_to(spent.month, paid)
        drawn: dict[Question, int] = {}
        for question, exact in zip(new, counts, strict=True):
            noisy = self._noise.add(exact, cost)
            self._figures.put_figure(Drawn(question.digest, day, noisy), Charge(spent.month, asker, cost))
            drawn[question] = noisy
        return drawn
