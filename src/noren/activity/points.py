"""Point arithmetic: pure functions over one member's standing. Integers only; each move balances by its form.

A standing is the pool (ordinary points, which lapse together after the last movement) and
fixed-term lots, some of one company only. Debt is a negative pool, so whatever is earned
pays it first. Source of the rules: docs/reference/points.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from noren.activity.model import POOL, PROGRAMME, Kind, Lot, Member
from noren.kernel.values import value


@value
class Move:
    """One movement of points, before it is numbered and posted. Positive: to the member."""

    kind: Kind
    lot: int
    partner: str
    points: int


@value
class Standing:
    """A member with her lots that are not empty."""

    member: Member
    lots: tuple[Lot, ...] = ()


Moved = tuple[Standing, tuple[Move, ...]]
NOTHING: Final[tuple[Move, ...]] = ()


def earned_points(*, base: int, used: int, per: int) -> int:
    """Return floor(max(0, base - used) / per): what a purchase earns (contract, Points)."""
    assert per > 0
    return max(0, base - used) // per


def lapse(standing: Standing, *, day: int, expiry_days: int) -> Moved:
    """Expire what is past its time on ``day``: the pool after its last movement, each lot after its last day."""
    member = standing.member
    moves: list[Move] = []
    if member.pool > 0 and day > member.last_movement + expiry_days:
        moves.append(Move(Kind.EXPIRE, POOL, PROGRAMME, -member.pool))
        member = replace(member, pool=0)
    lots = standing.lots
    dead = [lot for lot in lots if lot.points and day > lot.expires]
    if dead:
        moves += [Move(Kind.EXPIRE, lot.number, PROGRAMME, -lot.points) for lot in dead]
        lots = tuple(replace(lot, points=0) if lot in dead else lot for lot in lots)
    return (Standing(member, lots), tuple(moves)) if moves else (standing, NOTHING)


def balance(standing: Standing, partner: str) -> int:
    """Return the points usable at ``partner``: another company's restricted lots are not counted, nor shown."""
    if not standing.lots:
        return standing.member.pool
    return standing.member.pool + sum(lot.points for lot in standing.lots if lot.partner in ("", partner))


def spend(standing: Standing, *, partner: str, points: int, day: int) -> Moved:
    """Take ``points``: the company's own lots first, then fixed-term lots by expiry, then the pool.

    The pool may go negative: whether that is allowed was decided before (a batch's sale has
    already happened; an ordinary purchase is refused when points are short).
    """
    assert points >= 0
    if points == 0:
        return standing, NOTHING
    moves: list[Move] = []
    left = points
    after: dict[int, int] = {}
    for lot in sorted(standing.lots, key=lambda lot: (lot.partner != partner, lot.expires, lot.number)):
        taken = min(left, lot.points) if lot.partner in ("", partner) else 0
        if taken > 0:
            moves.append(Move(Kind.USE, lot.number, partner, -taken))
            after[lot.number] = lot.points - taken
            left -= taken
    if left:
        moves.append(Move(Kind.USE, POOL, partner, -left))
    member = replace(standing.member, pool=standing.member.pool - left, last_movement=_later(standing, day))
    return Standing(member, _with_points(standing.lots, after)), tuple(moves)


def earn(standing: Standing, *, partner: str, points: int, day: int) -> Moved:
    """Add ``points`` to the pool; a debt is thereby paid first."""
    assert points >= 0
    if points == 0:
        return standing, NOTHING
    held = standing.member
    member = Member(
        held.handle,
        held.state,
        held.points_only,
        held.pool + points,
        _later(standing, day),
        held.last_purchase,
        held.lots,
    )
    return Standing(member, standing.lots), (Move(Kind.EARN, POOL, partner, points),)


def bring_in(standing: Standing, *, partner: str, points: int, earned: int, lot: Lot | None) -> Moved:
    """Bring in an opening balance from another system: a lot of its own, or (``lot`` None) into the pool.

    A negative balance is a debt of the pool. ``earned`` is the day of the last movement there.
    """
    member = standing.member
    if lot is None:
        member = replace(member, pool=member.pool + points, last_movement=_later(standing, earned))
        return Standing(member, standing.lots), (Move(Kind.OPENING, POOL, partner, points),)
    assert points == lot.points > 0
    member = replace(member, lots=member.lots + 1)
    return Standing(member, (*standing.lots, lot)), (Move(Kind.OPENING, lot.number, partner, points),)


def with_purchase(held: Member, entry: int) -> Member:
    """Return a member whose newest purchase is ``entry``. Spelt out: ``replace`` took four times as long."""
    return Member(held.handle, held.state, held.points_only, held.pool, held.last_movement, entry, held.lots)


def take_back(standing: Standing, *, partner: str, points: int) -> Moved:
    """Take earned points back after a return; the pool may go negative. Negative ``points`` add."""
    if points == 0:
        return standing, NOTHING
    member = replace(standing.member, pool=standing.member.pool - points)
    return Standing(member, standing.lots), (Move(Kind.TAKE_BACK, POOL, partner, -points),)


def give_back(standing: Standing, *, partner: str, points: int, used: tuple[tuple[int, int], ...], day: int) -> Moved:
    """Give used points back to where they came from, what was spent last first.

    ``used``: (lot number, points still out of it) in the order they were spent. What came
    from a lot that has lapsed meanwhile goes to the pool, to the member's favour.
    """
    assert points >= 0
    moves: list[Move] = []
    lots = {lot.number: lot for lot in standing.lots}
    after: dict[int, int] = {}
    pool = standing.member.pool
    left = points
    for number, spent in reversed(used):
        back = min(left, spent)
        if back <= 0:
            continue
        left -= back
        if number != POOL and number in lots and day <= lots[number].expires:
            after[number] = after.get(number, lots[number].points) + back
            moves.append(Move(Kind.GIVE_BACK, number, partner, back))
        else:
            pool += back
            moves.append(Move(Kind.GIVE_BACK, POOL, partner, back))
    assert left == 0, "more points given back than were used"
    if not moves:
        return standing, NOTHING
    return Standing(replace(standing.member, pool=pool), _with_points(standing.lots, after)), tuple(moves)


def next_expiry(standing: Standing, *, partner: str, expiry_days: int) -> tuple[int, int] | None:
    """Return (last valid day, points) of what lapses first among the points usable at ``partner``, or None."""
    member = standing.member
    coming = [(lot.expires, lot.points) for lot in standing.lots if lot.points > 0 and lot.partner in ("", partner)]
    if member.pool > 0:
        coming.append((member.last_movement + expiry_days, member.pool))
    if not coming:
        return None
    first = min(day for day, _ in coming)
    return first, sum(points for day, points in coming if day == first)


def _later(standing: Standing, day: int) -> int:
    return max(standing.member.last_movement, day)


def _with_points(lots: tuple[Lot, ...], after: dict[int, int]) -> tuple[Lot, ...]:
    return (
        tuple(replace(lot, points=after[lot.number]) if lot.number in after else lot for lot in lots) if after else lots
    )
