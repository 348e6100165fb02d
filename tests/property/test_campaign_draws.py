"""The caps over any run of purchases: never passed, a win kept where a day holds it back, one draw a person."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from noren.campaign.deciding import (
    FINAL,
    At,
    Cap,
    Counted,
    Drawn,
    Hers,
    Running,
    after,
    draw_all,
    hers_after,
    most_within,
    paced,
)
from noren.campaign.draw import DrawNumber, Outcome, Unit, Visit, seed_of, slot, threshold

SEED = seed_of([bytes([each]) * 32 for each in (1, 2, 3)])
FIRST = 739_000


class Run:
    """A year of a till in memory: what the transaction would hold."""

    def __init__(self, *campaigns: Running) -> None:
        self.campaigns = {each.id: each for each in campaigns}
        self.counted: dict[str, Counted] = defaultdict(Counted)
        self.hers: dict[tuple[str, int], Hers] = defaultdict(Hers)
        self.on_day: dict[tuple[str, int], int] = Counter()
        self.drawn_on: dict[tuple[str, int, int], int] = Counter()
        self.leaves: list[tuple[int, int, Drawn]] = []

    def buy(self, member: int, day: int, receipt: int, slips_left: int = 3) -> list[Drawn]:
        at = At(day, DrawNumber(member.to_bytes(16, "big")), Visit("S", "T", str(day), str(receipt)), slips_left)
        found = draw_all(
            self.campaigns.values(),
            at,
            lambda each: replace(self.counted[each.id], on_day=self.on_day[each.id, day]),
            lambda each: replace(self.hers[each.id, member], drawn=self.drawn_on[each.id, member, day]),
        )
        for one in found:
            campaign = self.campaigns[one.campaign]
            self.counted[one.campaign] = after(campaign, self.counted[one.campaign], one)
            self.hers[one.campaign, member] = hers_after(self.hers[one.campaign, member], one, day)
            self.on_day[one.campaign, day] += one.outcome is Outcome.ISSUED
            self.drawn_on[one.campaign, member, day] += 1
            self.leaves.append((member, day, one))
        return found


def campaign(name: str = "coffee", **changes: Any) -> Running:
    """Return a campaign of ten days in which all win and nobody is held out."""
    base = Running(name, Unit.MEMBER, threshold("1"), 0, SEED, FIRST, FIRST + 9, 10, face=50)
    return replace(base, **changes)


caps = st.fixed_dictionaries(
    {
        "total": st.none() | st.integers(1, 20),
        "per_day": st.none() | st.integers(1, 5),
        "budget": st.none() | st.integers(50, 1_000),
        "per_member": st.none() | st.tuples(st.integers(1, 3), st.integers(1, 5)),
        "draws_per_day": st.integers(1, 3),
        "unit": st.sampled_from(Unit),
        "rate": st.sampled_from([threshold("1"), threshold("0.5")]),
        "holdout": st.sampled_from([0, threshold("0.3")]),
    }
)
purchases = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=80)


@given(caps, st.booleans(), purchases)
def test_no_cap_is_ever_passed(given_caps: dict[str, Any], even: bool, bought: list[tuple[int, int]]) -> None:
    one = campaign(**given_caps)
    one = replace(one, even=even and one.total is not None, draws_per_day=one.draws_per_day)
    run = Run(one)
    for receipt, (member, day) in enumerate(bought):
        run.buy(member, FIRST + day, receipt)
        issued = [(who, when) for who, when, leaf in run.leaves if leaf.outcome is Outcome.ISSUED]
        assert one.total is None or len(issued) <= one.total
        assert one.budget is None or len(issued) * one.face <= one.budget
        assert one.per_day is None or max(Counter(when for _, when in issued).values(), default=0) <= one.per_day
        if one.per_member is not None:
            count, days = one.per_member
            mine = [when for who, when in issued if who == member]
            assert all(sum(end - days < when <= end for when in mine) <= count for end in range(FIRST, FIRST + 15))
    assert [leaf.seq for _, _, leaf in run.leaves] == list(range(len(run.leaves)))


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 9), st.integers(1, 5))
def test_the_most_slips_in_any_days_in_a_row(issued: list[int], day: int, days: int) -> None:
    rows = [range(first, first + days) for first in range(day - days + 1, day + 1)]
    assert most_within(issued, day, days) == max(sum(each in row for each in issued) for row in rows)


@given(caps, purchases)
def test_a_member_is_drawn_for_once_and_a_visit_so_often(caps: dict[str, Any], bought: list[tuple[int, int]]) -> None:
    one = campaign(**caps)
    run = Run(one)
    for receipt, (member, day) in enumerate(bought):
        run.buy(member, FIRST + day, receipt)
    if one.unit is Unit.MEMBER:
        done = Counter(who for who, _, leaf in run.leaves if leaf.outcome in FINAL)
        assert max(done.values(), default=0) <= 1
        assert all(len({leaf.ticket for who, _, leaf in run.leaves if who == member}) <= 1 for member in range(8))
    else:
        assert max(Counter((who, day) for who, day, _ in run.leaves).values(), default=0) <= one.draws_per_day


def test_a_win_that_a_day_holds_back_is_kept_for_her_next_purchase() -> None:
    run = Run(campaign(per_day=1))
    assert [each.word for each in run.buy(1, FIRST, 1)] == ["issued"]
    assert [each.word for each in run.buy(2, FIRST, 2)] == ["capped:per_day"]
    again = run.buy(2, FIRST + 1, 3)
    assert [each.word for each in again] == ["issued"]
    assert again[0].ticket == run.leaves[1][2].ticket, "the same ticket"
    assert run.buy(2, FIRST + 2, 4) == []


def test_a_clerk_who_voids_and_rings_again_gets_no_new_draw() -> None:
    run = Run(campaign(unit=Unit.VISIT, rate=threshold("0.5")))
    assert len(run.buy(1, FIRST, 1)) == 1
    assert run.buy(1, FIRST, 2) == [], "another receipt of the same day"
    assert len(run.buy(1, FIRST + 1, 3)) == 1


def test_the_pace_is_even() -> None:
    one = campaign(total=25, even=True)
    assert [paced(one, FIRST + day) for day in range(10)] == [2, 5, 7, 10, 12, 15, 17, 20, 22, 25]
    run = Run(one)
    for day in range(10):
        for member in range(20):
            run.buy(100 * day + member, FIRST + day, member)
        assert run.counted["coffee"].issued == paced(one, FIRST + day)


def test_the_holdout_gets_nothing_and_is_a_fair_part() -> None:
    run = Run(campaign(holdout=threshold("0.1"), rate=threshold("0.2")))
    for member in range(20_000):
        run.buy(member, FIRST, member)
    found = Counter(leaf.outcome for _, _, leaf in run.leaves)
    assert abs(found[Outcome.HOLDOUT] - 2_000) < 5 * 43
    assert abs(found[Outcome.ISSUED] - 3_600) < 5 * 55


def test_one_of_a_category_and_so_many_in_all() -> None:
    both = [campaign(name, exclusive_category="COFFEE", priority=rank) for name, rank in (("low", 20), ("high", 10))]
    more = [campaign(name, priority=30) for name in ("a", "b", "c")]
    found = Run(*both, *more).buy(1, FIRST, 1, slips_left=3)
    assert [(each.campaign, each.word) for each in found] == [
        ("high", "issued"), ("low", "capped:exclusive"), ("a", "issued"), ("b", "issued"), ("c", "capped:fatigue"),
    ]  # fmt: skip


def test_outside_its_days_nothing_is_drawn() -> None:
    run = Run(campaign())
    assert run.buy(1, FIRST - 1, 1) == run.buy(1, FIRST + 10, 2) == []


def test_the_order_of_purchases_never_changes_a_ticket() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    bought = [(member, FIRST, member) for member in range(300)]
    random.Random(seed).shuffle(bought)
    run = Run(campaign(rate=threshold("0.3")))
    for each in bought:
        run.buy(*each)
    won = {who for who, _, leaf in run.leaves if leaf.outcome is Outcome.ISSUED}
    assert won == {who for who, _, leaf in run.leaves if slot(SEED, leaf.ticket) < threshold("0.3")}


def test_every_cap_can_be_told() -> None:
    assert {each.value for each in Cap} == {"total", "per_day", "pace", "budget", "per_member", "exclusive", "fatigue"}
