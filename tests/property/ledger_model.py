"""The ledger in plain dicts: what each member has, what is left of each purchase. Source: docs/reference/points.md.

It knows lots, lapsing, debts, merges and points-only mode, and nothing of how the product does it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EXPIRY_DAYS = 20


@dataclass
class Lot:
    """Points for a fixed term."""

    partner: str
    expires: int
    points: int


@dataclass
class Holder:
    """A member."""

    cards: list[str]
    pool: int = 0
    moved: int = 0
    lots: dict[int, Lot] = field(default_factory=dict)
    points_only: bool = False

    def lapse(self, day: int) -> None:
        """Lose what is past its time."""
        if self.pool > 0 and day > self.moved + EXPIRY_DAYS:
            self.pool = 0
        for lot in self.lots.values():
            if day > lot.expires:
                lot.points = 0

    def usable(self, partner: str) -> int:
        """Return the points usable at a company."""
        return self.pool + sum(lot.points for lot in self.lots.values() if lot.partner in ("", partner))

    def spend(self, partner: str, points: int, day: int) -> list[list[int]]:
        """Spend; return [lot (0: pool), points] in the order of spending."""
        spent = []
        for number, lot in sorted(self.lots.items(), key=lambda x: (x[1].partner != partner, x[1].expires, x[0])):
            part = min(points, lot.points) if lot.partner in ("", partner) else 0
            if part:
                lot.points -= part
                points -= part
                spent.append([number, part])
        if points:
            self.pool -= points
            spent.append([0, points])
        if spent:
            self.moved = max(self.moved, day)
        return spent


@dataclass
class Bought:
    """What is left of a purchase, and what was said about it."""

    holder: Holder
    partner: str
    per: int
    day: int
    amount: int
    used: int
    earned: int
    lines: list[list[int]]
    lines_known: bool
    spent: list[list[int]]
    base: int = 0
    body: bytes = b""
    name: str = ""
    erased: bool = False
    swept: bool = False
    returns: dict[str, tuple[Any, bytes]] = field(default_factory=dict)

    @property
    def thinned(self) -> bool:
        """Whether its lines and answers are gone."""
        return self.swept and not self.erased


def sell(
    holder: Holder, *, partner: str, per: int, day: int, lines: list[tuple[int, int]], used: int, offline: bool
) -> Bought | str:
    """Sell, or return the problem's word (then the holder may have been changed: hand in a copy)."""
    holder.lapse(day)
    amount = sum(money for _, money in lines)
    if used > max(0, holder.usable(partner)) and not offline:
        return "points-short"
    if used > amount:
        return "bad-field"
    spent, earned = holder.spend(partner, used, day), max(0, amount - used) // per
    if earned:
        holder.pool += earned
        holder.moved = max(holder.moved, day)
    left, known = [[quantity, money] for quantity, money in lines], not holder.points_only
    return Bought(holder, partner, per, day, amount, used, earned, left, known, spent, base=amount)


def bring_back(sold: Bought, lines: list[tuple[int, int, int]], *, partner: str, day: int) -> tuple[int, int] | str:
    """Bring back (line, quantity, amount); return (taken back, given back), or the problem's word."""
    if partner != sold.partner:
        return "unknown-purchase"
    if sold.thinned:
        return "too-old"
    amount = sum(money for _, _, money in lines)
    left = [list(line) for line in sold.lines]
    for number, quantity, money in lines:
        left[number][0] -= quantity
        left[number][1] -= money
    if amount > sold.amount or (sold.lines_known and any(number < 0 for line in left for number in line)):
        return "over-return"
    whole = amount == sold.amount and (not sold.lines_known or all(quantity == 0 for quantity, _ in left))
    keeps = sold.lines_known and not sold.holder.points_only
    given = min(sold.used, amount)
    sold.amount -= amount
    sold.used -= given
    sold.base = 0 if whole else sold.base - min(amount, sold.base)
    stays = max(0, sold.base - sold.used) // sold.per
    taken, sold.earned = sold.earned - stays, stays
    sold.lines, sold.lines_known = left, keeps
    sold.holder.lapse(day)
    _give_back(sold, given, day)
    sold.holder.pool -= taken
    return taken, given


def _give_back(sold: Bought, points: int, day: int) -> None:
    """What was spent last first; what came from a lot that has lapsed goes to the pool."""
    for part in reversed(sold.spent):
        back = min(points, part[1])
        part[1] -= back
        points -= back
        lot = sold.holder.lots.get(part[0])
        if lot is not None and day <= lot.expires:
            lot.points += back
        else:
            sold.holder.pool += back


def merge(source: Holder, target: Holder, day: int) -> None:
    """Give everything of one member to another."""
    source.lapse(day)
    target.lapse(day)
    target.pool += source.pool
    target.lots |= source.lots
    target.cards += source.cards
    target.moved = max(target.moved, source.moved)
    target.points_only |= source.points_only
