"""What the campaigns come to at one purchase: who is drawn for, which cap holds back, what is issued. Pure.

Everything is handed in as it stands in the transaction that will write the outcome, so that a cap counted here is never
passed. Campaigns come in the order of their priority, so two tills that see the same rows decide the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from noren.campaign.draw import DrawNumber, Outcome, Unit, Visit, holdout_slot, member_ticket, slot, visit_ticket
from noren.kernel.values import value


class Cap(StrEnum):
    """What held a win back."""

    TOTAL = "total"
    PER_DAY = "per_day"
    PACE = "pace"
    BUDGET = "budget"
    PER_MEMBER = "per_member"
    EXCLUSIVE = "exclusive"
    FATIGUE = "fatigue"


FINAL: Final = frozenset({Outcome.ISSUED, Outcome.LOST, Outcome.HOLDOUT})
"""Outcomes after which a member of a campaign that draws by member is not drawn for again."""


@value
class Running:
    """A campaign in force, as a till decides by it. Days are ordinals, both included; None: no such cap.

    ``rate``, ``holdout``: thresholds of ``draw.threshold``; ``face``: minor units that one slip takes of ``budget``.
    """

    id: str
    unit: Unit
    rate: int
    holdout: int
    seed: bytes
    first: int
    last: int
    priority: int
    face: int = 0
    total: int | None = None
    per_day: int | None = None
    budget: int | None = None
    even: bool = False
    per_member: tuple[int, int] | None = None
    draws_per_day: int = 1
    exclusive_category: str | None = None


@value
class Counted:
    """What was counted of a campaign so far: slips in all and on this day, face value in all, leaves."""

    issued: int = 0
    on_day: int = 0
    spent: int = 0
    leaves: int = 0


@value
class Hers:
    """What a campaign did for one member so far. ``issued``: days of her slips; ``drawn``: draws of the day in hand.

    The days come in the order in which they were drawn for, which late purchases do not come in.
    """

    settled: Outcome | None = None
    issued: tuple[int, ...] = ()
    drawn: int = 0


@value
class Drawn:
    """One draw: a leaf of the campaign's log. ``cap`` is empty unless the outcome is CAPPED."""

    campaign: str
    seq: int
    ticket: bytes
    outcome: Outcome
    cap: str = ""

    @property
    def word(self) -> str:
        """The outcome as a leaf says it."""
        return f"{self.outcome.value}:{self.cap}" if self.cap else self.outcome.value


@value
class At:
    """The purchase in hand. ``slips_left``: how many slips she may still get by the limit over all campaigns."""

    day: int
    number: DrawNumber
    visit: Visit
    slips_left: int


def draw_all(
    campaigns: Iterable[Running],
    at: At,
    counted: Callable[[Running], Counted],
    hers: Callable[[Running], Hers],
) -> list[Drawn]:
    """Return the draws of a purchase, of campaigns for which the member is eligible there; the order is theirs."""
    drawn: list[Drawn] = []
    taken = set[str]()
    for campaign in sorted(campaigns, key=_turn):
        found = _draw(campaign, at, counted(campaign), hers(campaign), taken)
        if found is None:
            continue
        drawn.append(found)
        if found.outcome is Outcome.ISSUED:
            at = replace(at, slips_left=at.slips_left - 1)
            taken.update([campaign.exclusive_category] if campaign.exclusive_category else ())
    return drawn


def _turn(campaign: Running) -> tuple[int, str]:
    return campaign.priority, campaign.id


def _draw(campaign: Running, at: At, counted: Counted, hers: Hers, taken: set[str]) -> Drawn | None:
    if not campaign.first <= at.day <= campaign.last or not may_draw(campaign, hers):
        return None
    ticket = ticket_of(campaign, at)
    outcome, cap = _outcome(campaign, at, ticket), ""
    if outcome is Outcome.ISSUED:
        held = held_back(campaign, at, counted, hers, taken)
        outcome, cap = (Outcome.CAPPED, held.value) if held else (outcome, "")
    return Drawn(campaign.id, counted.leaves, ticket, outcome, cap)


def may_draw(campaign: Running, hers: Hers) -> bool:
    """Whether a campaign draws for a member at all, or again on this day."""
    if campaign.unit is Unit.MEMBER:
        return hers.settled not in FINAL
    return hers.drawn < campaign.draws_per_day


def ticket_of(campaign: Running, at: At) -> bytes:
    """Return the ticket that this purchase is drawn by."""
    if campaign.unit is Unit.MEMBER:
        return member_ticket(at.number, campaign.id)
    return visit_ticket(at.number, campaign.id, at.visit)


def _outcome(campaign: Running, at: At, ticket: bytes) -> Outcome:
    """Return what the draw alone says: the holdout is looked at first, so it is a fair part of all."""
    if campaign.holdout and holdout_slot(campaign.seed, at.number, campaign.id) < campaign.holdout:
        return Outcome.HOLDOUT
    return Outcome.ISSUED if slot(campaign.seed, ticket) < campaign.rate else Outcome.LOST


def held_back(campaign: Running, at: At, counted: Counted, hers: Hers, taken: set[str]) -> Cap | None:
    """Return the first cap that a win meets, None: it is issued."""
    checks: Mapping[Cap, bool] = {
        Cap.TOTAL: campaign.total is not None and counted.issued >= campaign.total,
        Cap.BUDGET: campaign.budget is not None and counted.spent + campaign.face > campaign.budget,
        Cap.PER_DAY: campaign.per_day is not None and counted.on_day >= campaign.per_day,
        Cap.PACE: counted.issued >= paced(campaign, at.day),
        Cap.PER_MEMBER: _has_enough(campaign, at.day, hers),
        Cap.EXCLUSIVE: campaign.exclusive_category in taken,
        Cap.FATIGUE: at.slips_left <= 0,
    }
    return next((cap for cap, holds in checks.items() if holds), None)


def paced(campaign: Running, day: int) -> float:
    """Return how many slips may be out by the end of a day: floor(total · (d+1) / D) where the pace is even."""
    if not campaign.even or campaign.total is None:
        return float("inf")
    return campaign.total * (day - campaign.first + 1) // (campaign.last - campaign.first + 1)


def _has_enough(campaign: Running, day: int, hers: Hers) -> bool:
    if campaign.per_member is None:
        return False
    count, days = campaign.per_member
    return most_within(hers.issued, day, days) >= count


def most_within(issued: Iterable[int], day: int, days: int) -> int:
    """Return the most of her slips that any so many days in a row hold which a day is among.

    A purchase that came late is drawn for on its own day, and her slips of later days count as well.
    """
    near = [each for each in issued if abs(each - day) < days]
    return max(sum(end - days < each <= end for each in near) for end in {day, *(each for each in near if each > day)})


def after(campaign: Running, counted: Counted, drawn: Drawn) -> Counted:
    """Return what is counted after a draw."""
    one = drawn.outcome is Outcome.ISSUED
    return Counted(counted.issued + one, counted.on_day + one, counted.spent + one * campaign.face, counted.leaves + 1)


def hers_after(hers: Hers, drawn: Drawn, day: int) -> Hers:
    """Return what a campaign did for her after a draw."""
    issued = (*hers.issued, day) if drawn.outcome is Outcome.ISSUED else hers.issued
    return Hers(drawn.outcome, issued, hers.drawn + 1)
