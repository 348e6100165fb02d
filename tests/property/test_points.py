"""P3: points are never created or destroyed, whatever is earned, used, returned, and lapses in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from noren.activity.model import Kind, Lot, Member, MemberState
from noren.activity.points import (
    Moved,
    Standing,
    balance,
    earn,
    earned_points,
    give_back,
    lapse,
    next_expiry,
    spend,
    take_back,
)

HANDLE = bytes(16)
DAYS = st.integers(0, 2_000)
PARTNERS = st.sampled_from(["P1", "P2"])


def standing(pool: int, lots: list[Lot], moved: int = 0) -> Standing:
    return Standing(Member(HANDLE, MemberState.ACTIVE, False, pool, moved, 0, len(lots)), tuple(lots))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    lots = [
        Lot(number, HANDLE, draw(st.sampled_from(["", "P1", "P2"])), draw(DAYS), draw(st.integers(0, 500)))
        for number in range(1, draw(st.integers(0, 4)) + 1)
    ]
    return standing(draw(st.integers(-300, 3_000)), lots, draw(DAYS))


def total(held: Standing) -> int:
    return held.member.pool + sum(lot.points for lot in held.lots)


def conserved(before: Standing, moved: Moved) -> None:
    after, moves = moved
    assert total(after) - total(before) == sum(move.points for move in moves)
    for lot in (0, *(lot.number for lot in before.lots)):
        assert _in(after, lot) - _in(before, lot) == sum(m.points for m in moves if m.lot == lot)


def _in(held: Standing, number: int) -> int:
    return held.member.pool if number == 0 else next(lot.points for lot in held.lots if lot.number == number)


@given(standings(), PARTNERS, st.integers(0, 4_000), DAYS)
def test_spending_conserves_and_lots_never_go_negative(held: Standing, partner: str, points: int, day: int) -> None:
    moved = spend(held, partner=partner, points=points, day=day)
    conserved(held, moved)
    assert balance(moved[0], partner) == balance(held, partner) - points
    assert all(lot.points >= 0 for lot in moved[0].lots)
    assert [lot for lot in moved[0].lots if lot.partner not in ("", partner)] == [
        lot for lot in held.lots if lot.partner not in ("", partner)
    ]


@given(standings(), st.integers(0, 4_000), DAYS)
def test_earning_pays_debt_first(held: Standing, points: int, day: int) -> None:
    moved = earn(held, partner="P1", points=points, day=day)
    conserved(held, moved)
    assert moved[0].member.pool == held.member.pool + points


@given(standings(), DAYS)
def test_lapsing_twice_is_lapsing_once(held: Standing, day: int) -> None:
    once = lapse(held, day=day, expiry_days=365)
    conserved(held, once)
    assert lapse(once[0], day=day, expiry_days=365) == (once[0], ())
    assert all(move.kind is Kind.EXPIRE and move.points < 0 for move in once[1])


@given(standings(), PARTNERS, st.integers(0, 1_500), DAYS, DAYS, st.lists(st.integers(0, 700), max_size=6))
def test_all_that_was_used_can_be_given_back_in_parts(
    held: Standing, partner: str, points: int, day: int, later: int, parts: list[int]
) -> None:
    after, moves = spend(held, partner=partner, points=points, day=day)
    out = [[move.lot, -move.points] for move in moves]
    for part in parts:
        back = min(part, sum(left for _, left in out))
        used = tuple((lot, left) for lot, left in out)
        moved = give_back(after, partner=partner, points=back, used=used, day=later)
        conserved(after, moved)
        after = moved[0]
        for lot in reversed(out):
            taken = min(lot[1], back)
            lot[1] -= taken
            back -= taken
    still_out = sum(left for _, left in out)
    assert total(after) == total(held) - still_out


@given(standings(), st.integers(-50, 500))
def test_taking_back_may_leave_a_debt(held: Standing, points: int) -> None:
    moved = take_back(held, partner="P1", points=points)
    conserved(held, moved)
    assert total(moved[0]) == total(held) - points


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10_000))
def test_earning_rounds_down(base: int, used: int, per: int) -> None:
    earned = earned_points(base=base, used=used, per=per)
    assert earned * per <= max(0, base - used) < (earned + 1) * per


@given(standings(), PARTNERS)
def test_the_next_expiry_is_the_first_day_that_loses_something(held: Standing, partner: str) -> None:
    coming = next_expiry(held, partner=partner, expiry_days=365)
    usable = replace(held, lots=tuple(lot for lot in held.lots if lot.partner in ("", partner)))
    if coming is None:
        assert all(not lapse(usable, day=day, expiry_days=365)[1] for day in (0, 5_000))
        return
    day, points = coming
    assert lapse(usable, day=day, expiry_days=365)[1] == () or day < 0
    assert -sum(move.points for move in lapse(usable, day=day + 1, expiry_days=365)[1]) == points


def test_the_companys_own_lots_go_first_then_what_lapses_first() -> None:
    kept = [("", 50, 10), ("P1", 90, 10), ("", 40, 10), ("P2", 1, 9)]
    lots = [Lot(number, HANDLE, *lot) for number, lot in enumerate(kept, 1)]
    after, moves = spend(standing(100, lots), partner="P1", points=25, day=1)
    assert [(move.lot, move.points) for move in moves] == [(2, -10), (3, -10), (1, -5)]
    assert after.member.pool == 100
