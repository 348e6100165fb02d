"""Each draw again, in the order in which they were made: who was to be drawn for, which ticket, what it came to.

Counts go on from what a leaf says, not from what it should have said: one cheat is found as one. Of an erased member's
draws only that they were is known, so a cap may have been reached with them or without: either is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from noren.activity.campaigns import DrawRow
from noren.activity.model import Purchase
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.deciding import FINAL, At, Cap, Counted, Drawn, Hers, Running, held_back, hers_after, ticket_of
from noren.campaign.draw import DrawNumber, Outcome, Unit, Visit, holdout_slot, slot
from noren.campaign.eligibility import Verdict
from noren.kernel.values import value

COUNTED: Final = frozenset({Cap.TOTAL, Cap.BUDGET, Cap.PER_DAY, Cap.PACE})
"""Caps over all members' slips."""

_MANY: Final = 1_000_000


@value
class Seen:
    """A purchase as the draw sees it. ``verdict`` None: the condition was not asked again.

    ``here``: it is in the campaign's days and places and came in time; ``number`` None: she has none any more;
    ``merged``: her draws were another member's before. ``sure``: a leaf that is not there is a finding. ``entered``:
    she had entered by then, or the campaign asks for no entry. ``untold``: its till wrote down that it could not tell.
    """

    purchase: Purchase
    day: int
    here: bool
    verdict: Verdict | None
    number: DrawNumber | None
    merged: bool
    sure: bool
    entered: bool
    untold: bool = False


@dataclass(slots=True)
class Replay:
    """Goes through purchases in the ledger's order. ``seed`` None: not revealed yet, so no outcome is recomputed.

    ``taken``: purchases by which a campaign of the same exclusive category, that goes before, gave a slip;
    ``fatigued``: whether the member of a purchase had as many slips of all campaigns, around a day, as one may have.
    """

    running: Running
    seed: bytes | None
    taken: frozenset[int]
    fatigued: Callable[[Purchase, int], bool]
    report: Report
    counted: Counted = field(default_factory=Counted)
    forgotten: int = 0
    days: dict[int, int] = field(default_factory=dict[int, int])
    hers: dict[bytes, Hers] = field(default_factory=dict[bytes, Hers])
    drawn_on: Counter[tuple[bytes, int]] = field(default_factory=Counter[tuple[bytes, int]])

    def passed_over(self, seen: Seen) -> None:
        """Look at a purchase that has no leaf."""
        if not (seen.here and seen.entered and seen.sure) or seen.merged or seen.verdict is not Verdict.FITS:
            return
        if seen.number is not None and self._may(self._of(seen)):
            self.report.add(Wrong.NOT_TOLD if seen.untold else Wrong.NO_LEAF, f"purchase {seen.purchase.entry}")

    def drawn(self, seen: Seen, draw: DrawRow) -> None:
        """Look at a purchase's leaf, and count it."""
        at = f"draw {draw.seq}"
        if not seen.here:
            self.report.add(Wrong.PLACE, at)
        if seen.verdict is Verdict.FITS_NOT:
            self.report.add(Wrong.NOT_ELIGIBLE, at)
        hers = self._of(seen)
        if seen.merged:
            self.report.counted["tickets untold"] += 1
        else:
            if not seen.entered:
                self.report.add(Wrong.NOT_ENTERED, at)
            if not self._may(hers):
                self.report.add(Wrong.TWICE, at)
            self._outcome(seen, draw, hers)
        self._count(seen, draw, hers)

    def forget(self) -> None:
        """Count a draw whose member was erased."""
        self.forgotten += 1

    def _outcome(self, seen: Seen, draw: DrawRow, hers: Hers) -> None:
        visit = _visit(seen.purchase)
        if seen.number is None or (visit is None and self.running.unit is Unit.VISIT):
            self.report.counted["tickets untold"] += 1
            return
        at = At(seen.day, seen.number, visit or Visit("", "", "", ""), _MANY)
        if ticket_of(self.running, at) != draw.ticket:
            self.report.add(Wrong.TICKET, f"draw {draw.seq}")
            return
        if self.seed is None:
            return
        self.report.counted["recomputed"] += 1
        possible = self._possible(at, draw, hers, seen.purchase.entry)
        if Outcome.ISSUED.value in possible and self.fatigued(seen.purchase, seen.day):
            possible.add(_word(Cap.FATIGUE))  # which of a day's slips came first is not known here
        if draw.outcome not in possible:
            self.report.add(Wrong.OUTCOME, f"draw {draw.seq}")

    def _possible(self, at: At, draw: DrawRow, hers: Hers, entry: int) -> set[str]:
        assert self.seed is not None, "it was revealed"
        running = replace(self.running, seed=self.seed)
        if holdout_slot(self.seed, at.number, running.id) < running.holdout:
            return {Outcome.HOLDOUT.value}
        if slot(self.seed, draw.ticket) >= running.rate:
            return {Outcome.LOST.value}
        taken = {running.exclusive_category or ""} if entry in self.taken else set[str]()
        known = replace(self.counted, on_day=self.days.get(at.day, 0))
        possible = set[str]()
        for more in {0, self.forgotten}:
            counted = Counted(known.issued + more, known.on_day + more, known.spent + more * running.face, known.leaves)
            possible.add(_word(held_back(running, at, counted, hers, taken)))
        if len(possible) > 1:
            possible |= {_word(cap) for cap in COUNTED} | {Outcome.ISSUED.value}
        return possible

    def _of(self, seen: Seen) -> Hers:
        handle = seen.purchase.handle
        return replace(self.hers.get(handle, Hers()), drawn=self.drawn_on[handle, seen.day])

    def _may(self, hers: Hers) -> bool:
        if self.running.unit is Unit.MEMBER:
            return hers.settled not in FINAL
        return hers.drawn < self.running.draws_per_day

    def _count(self, seen: Seen, draw: DrawRow, hers: Hers) -> None:
        word, _, cap = draw.outcome.partition(":")
        try:
            one = Drawn(self.running.id, draw.seq, draw.ticket, Outcome(word), cap)
        except ValueError:
            self.report.add(Wrong.OUTCOME, f"draw {draw.seq}")
            return
        handle = seen.purchase.handle
        self.hers[handle] = hers_after(hers, one, seen.day)
        self.drawn_on[handle, seen.day] += 1
        won = one.outcome is Outcome.ISSUED
        self.report.counted[one.outcome.value] += 1
        self.days[seen.day] = self.days.get(seen.day, 0) + won
        before = self.counted
        self.counted = Counted(before.issued + won, 0, before.spent + won * self.running.face, before.leaves + 1)

    def close(self, issued: int, by_day: Mapping[int, int]) -> None:
        """Hold the counts of the ledger against the draws."""
        found = self.counted.issued
        if not found <= issued <= found + self.forgotten:
            self.report.add(Wrong.COUNT, "issued")
        for day in sorted({*by_day, *self.days}):
            if not self.days.get(day, 0) <= by_day.get(day, 0) <= self.days.get(day, 0) + self.forgotten:
                self.report.add(Wrong.COUNT, date.fromordinal(day).isoformat())


def _word(cap: Cap | None) -> str:
    return Outcome.ISSUED.value if cap is None else f"{Outcome.CAPPED.value}:{cap.value}"


def _visit(purchase: Purchase) -> Visit | None:
    """Return the receipt of a purchase; None: its member had it forgotten."""
    if not purchase.shop:
        return None
    day = date.fromordinal(purchase.key.day).isoformat()
    return Visit(purchase.shop, purchase.terminal, day, purchase.receipt)
