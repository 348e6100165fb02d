"""The day's cuts of ``top``: over all members' standings, once a day, outside of the till."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from noren.audience.live.folding import Standing
from noren.audience.live.plan import Plan
from noren.audience.live.ranking import AskTop, cut


def cuts(plan: Plan, standings: Iterable[Standing], as_of: datetime) -> dict[int, int | None]:
    """Return the cut of each ``top`` of a plan, by number, as of the end of the local date before the as-of's.

    The standings hold each member's purchases up to the as-of or to the end of the date before: it is the same.
    """
    day = plan.day(plan.local(as_of).date())
    ranks = {one.number: one for one in plan.kinds.asks.values() if isinstance(one, AskTop)}
    values: dict[int, list[int]] = {number: [] for number in ranks}
    for standing in standings:
        assert standing.plan == plan.digest, "standings of this plan"
        for number, rank in ranks.items():
            state = standing.facts[rank.facts[0]]
            if state is not None:
                values[number].append(rank.value(state, day))
    return {number: cut(plan.tops[number].percent, values[number]) for number in ranks}
