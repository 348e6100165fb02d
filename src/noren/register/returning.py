"""The decision on goods brought back: pure, like ``decide``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from noren.activity.model import FORGOTTEN_LINE, Coupon, Kind, Line, Posting, Purchase, Return, ReturnLine
from noren.activity.points import Move, Standing, balance, earned_points, give_back, lapse, take_back
from noren.campaign.spec import AfterReturn
from noren.kernel.clock import local_date, microseconds
from noren.kernel.say import Say
from noren.register.answers import LineLeft, ReturnAnswer, ReturnPoints
from noren.register.coupons import coupon_name
from noren.register.decide import Terms
from noren.register.refusals import Refusal
from noren.register.requests import ReturnRequest


@dataclass(frozen=True, slots=True)
class Brought:
    """An accepted return: what to store and the answer."""

    goods: Return
    purchase: Purchase
    standing: Standing
    moves: tuple[Move, ...]
    day: int
    answer: bytes
    voided: tuple[bytes, ...] = ()
    given_back: tuple[Coupon, ...] = ()


@dataclass(frozen=True, slots=True)
class OfCoupons:
    """What coupons have to do with a purchase that goods come back of.

    ``issued``: those it gave that are not used; ``taken``: those taken with it whose own purchase stands;
    ``meant``: the lines for which its coupons gave points, None: all of them, or it is not known.
    """

    issued: tuple[bytes, ...] = ()
    taken: tuple[Coupon, ...] = ()
    meant: tuple[int, ...] | None = None


NO_COUPONS: Final = OfCoupons()


def lines_left(purchase: Purchase, returns: Sequence[Return]) -> list[LineLeft]:
    """Return what is left of each line; empty in points-only mode, where no lines are kept."""
    back: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line in (x for r in returns for x in r.lines or ()):
        back[line.line][0] += line.quantity
        back[line.line][1] += line.amount
    return [
        LineLeft(number, line.product, line.quantity - back[number][0], line.amount - back[number][1])
        for number, line in enumerate(purchase.lines or ())
    ]


def decide_return(
    request: ReturnRequest,
    *,
    entry: int,
    body_hash: bytes,
    purchase: Purchase,
    returns: Sequence[Return],
    used: Sequence[Posting],
    standing: Standing,
    terms: Terms,
    coupons: OfCoupons = NO_COUPONS,
) -> Brought | Refusal:
    """Decide on a return that is new.

    ``used``: the postings of the purchase and of its returns, from which follows where used
    points came from and how many of them are still out. Coupons that the purchase gave go, a used one comes back where
    its campaign says so and all was brought back; points beyond the ordinary go in the part that the goods are.
    """
    amount = sum(line.amount for line in request.lines)
    keeps_lines = not standing.member.points_only
    refused = _check_left(request, purchase, returns, amount)
    if refused is not None:
        return refused
    whole = _all_back(request, purchase, returns, amount)
    base = _base_back(request, purchase, amount, whole=whole)
    if isinstance(base, Refusal):
        return base
    given = min(purchase.used_left, amount)
    after = replace(
        purchase,
        amount_left=purchase.amount_left - amount,
        base_left=purchase.base_left - base,
        used_left=purchase.used_left - given,
    )
    earned = earned_points(base=after.base_left, used=after.used_left, per=purchase.per)
    earned += _bonus_left(request, purchase, returns, after.amount_left, coupons.meant)
    if purchase.imported:
        earned = 0  # history earns nothing, so nothing is taken back
    taken = purchase.earned_left - earned
    day = local_date(terms.received, terms.zone).toordinal()
    standing, lapsed = lapse(standing, day=day, expiry_days=terms.expiry_days)
    standing, backwards = give_back(standing, partner=purchase.partner, points=given, used=_still_out(used), day=day)
    standing, taken_moves = take_back(standing, partner=purchase.partner, points=taken)
    voided = [coupon_name(each) for each in coupons.issued]
    points = ReturnPoints(taken, given, balance(standing, terms.partner))
    answer = msgspec.json.encode(ReturnAnswer(request.name, points, voided))
    goods = Return(
        entry=entry,
        purchase=purchase.entry,
        name=request.name,
        body_hash=body_hash,
        at=microseconds(terms.received),
        amount=amount,
        lines=_kept_lines(request, purchase.lines) if keeps_lines else None,
        answer=answer,
    )
    moves = lapsed + backwards + taken_moves
    back = tuple(each for each in coupons.taken if whole and each.returns == AfterReturn.GIVE_BACK)
    return Brought(goods, replace(after, earned_left=earned), standing, moves, day, answer, coupons.issued, back)


def _base_back(request: ReturnRequest, purchase: Purchase, amount: int, *, whole: bool) -> int | Refusal:
    """Return the base that is taken back; a full return is a void, whatever base it names within what is left."""
    base = min(amount, purchase.base_left) if request.points_base is msgspec.UNSET else request.points_base
    if base > purchase.base_left:
        more = Say(f"残りは{purchase.base_left}です。", f"{purchase.base_left} is left.")
        return Refusal("over-return", "/points_base", more)
    return purchase.base_left if whole else base


def _bonus_left(
    request: ReturnRequest, purchase: Purchase, returns: Sequence[Return], amount_left: int, meant: Sequence[int] | None
) -> int:
    """Return how many of the points beyond the ordinary stay: as much as of the goods that they were given for."""
    ordinary = earned_points(base=purchase.base_left, used=purchase.used_left, per=purchase.per)
    bonus = purchase.earned_left - ordinary
    if bonus <= 0 or amount_left == 0:
        return 0
    before, after = purchase.amount_left, amount_left
    if meant is not None and purchase.lines is not None:
        before = sum(left.amount_left for left in lines_left(purchase, returns) if left.line in meant)
        after = before - sum(line.amount for line in request.lines if line.line in meant)
    return bonus * max(0, after) // before if before > 0 else bonus


def _kept_lines(request: ReturnRequest, lines: Sequence[Line] | None) -> tuple[ReturnLine, ...] | None:
    """Return what is kept of the lines brought back: nothing of a line that its member did not want kept."""
    if lines is None:
        return None
    return tuple(
        ReturnLine(x.line, x.quantity, x.amount)
        for x in request.lines
        if x.line < len(lines) and lines[x.line] != FORGOTTEN_LINE
    )


def _check_left(request: ReturnRequest, purchase: Purchase, returns: Sequence[Return], amount: int) -> Refusal | None:
    """Refuse more than is left, line by line; in points-only mode only the amount is known."""
    if amount > purchase.amount_left:
        more = Say(f"残りの金額は{purchase.amount_left}です。", f"{purchase.amount_left} is left of the amount.")
        return Refusal("over-return", "/lines", more)
    if purchase.lines is None or FORGOTTEN_LINE in purchase.lines or any(back.lines is None for back in returns):
        return None  # what is left, or came back before, is not known line by line
    left = lines_left(purchase, returns)
    wanted: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for number, line in enumerate(request.lines):
        wanted[line.line][0] += line.quantity
        wanted[line.line][1] += line.amount
        quantity, money = (
            (left[line.line].quantity_left, left[line.line].amount_left) if line.line < len(left) else (0, 0)
        )
        if wanted[line.line][0] > quantity or wanted[line.line][1] > money:
            more = Say(
                f"明細{line.line}の残りは数量{quantity}、金額{money}です。",
                f"Of line {line.line} there is quantity {quantity}, amount {money} left.",
            )
            return Refusal("over-return", f"/lines/{number}", more)
    return None


def _all_back(request: ReturnRequest, purchase: Purchase, returns: Sequence[Return], amount: int) -> bool:
    """Whether nothing of the purchase is left after this; in points-only mode only the amount can tell."""
    if amount != purchase.amount_left:
        return False
    back: dict[int, int] = defaultdict(int)
    for line in request.lines:
        back[line.line] += line.quantity
    return all(left.quantity_left == back[left.line] for left in lines_left(purchase, returns) if left.product)


def _still_out(postings: Sequence[Posting]) -> tuple[tuple[int, int], ...]:
    """Return (lot, points) still spent, in the order of spending."""
    out: dict[int, int] = {}
    for posting in postings:
        if posting.kind is Kind.USE:
            out[posting.lot] = out.get(posting.lot, 0) - posting.points
    for posting in postings:
        if posting.kind is Kind.GIVE_BACK:
            _reduce(out, posting.lot, posting.points)
    return tuple(out.items())


def _reduce(out: dict[int, int], lot: int, points: int) -> None:
    """Take points given back off their lot; what exceeds it came from a lot that had lapsed into the pool."""
    taken = min(out.get(lot, 0), points)
    if lot in out:
        out[lot] -= taken
    rest = points - taken
    for number in reversed(list(out)):
        taken = min(out[number], rest)
        out[number] -= taken
        rest -= taken
