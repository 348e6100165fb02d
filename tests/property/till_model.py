"""The points arithmetic of `contracts/till.md` in plain Python, to hold against the till.

One number per member, four per purchase; nothing expires here, so tests stay within a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from noren.testing.till_bodies import Body


@dataclass
class Account:
    """A member's points: below zero is debt."""

    points: int = 0


@dataclass
class Sold:
    """What is left of a purchase."""

    account: Account
    lines: list[list[int]]
    base: int
    used: int
    earned: int
    per: int
    kept_lines: bool = True
    amount: int = 0
    returns: dict[str, Body] = field(default_factory=dict)

    @property
    def void(self) -> bool:
        """Whether everything came back."""
        return self.amount == 0 and (not self.kept_lines or all(line == [0, 0] for line in self.lines))


def earned(base: int, used: int, per: int) -> int:
    """Return floor(max(0, base - used) / per)."""
    return max(0, base - used) // per


def sell(account: Account, body: Body, *, per: int = 100, offline: bool = False) -> Sold | str:
    """Sell, or return the problem's word; offline, missing points become debt."""
    used, base = body.get("points_used", 0), body.get("points_base", body["amount"])
    if used > max(0, account.points) and not offline:
        return "points-short"
    if used > body["amount"]:
        return "bad-field"
    got = earned(base, used, per)
    account.points += got - used
    lines = [[line["quantity"], line["amount"]] for line in body["lines"]]
    return Sold(account, lines, base, used, got, per, amount=body["amount"])


def bring_back(sold: Sold, body: Body) -> dict[str, int] | str:
    """Bring goods back, or return the problem's word."""
    amount = sum(line["amount"] for line in body["lines"])
    base = body.get("points_base", min(amount, sold.base))
    if amount > sold.amount or base > sold.base:
        return "over-return"
    if sold.kept_lines and not _take_lines(sold, body):
        return "over-return"
    given = min(sold.used, amount)
    sold.amount -= amount
    sold.used -= given
    sold.base = 0 if sold.void else sold.base - base
    stays = earned(sold.base, sold.used, sold.per)
    taken = sold.earned - stays
    sold.earned = stays
    sold.account.points += given - taken
    sold.returns[body["return"]] = body
    return {"taken_back": taken, "given_back": given, "balance": sold.account.points}


def _take_lines(sold: Sold, body: Body) -> bool:
    left = [list(line) for line in sold.lines]
    for line in body["lines"]:
        if line["line"] >= len(left):
            return False
        left[line["line"]][0] -= line["quantity"]
        left[line["line"]][1] -= line["amount"]
    if any(number < 0 for line in left for number in line):
        return False
    sold.lines = left
    return True
