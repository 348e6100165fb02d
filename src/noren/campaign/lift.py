"""How much more the drawn-for spent than the holdout: a difference of means with its 95 % interval. Pure.

The holdout is a random part of all who fitted, chosen by the seed alone; so is the rest. Winners alone are not
compared: caps let the early ones win, and the early ones are others than the late. Student's interval over both groups'
variance together, with the largest hundredth of the amounts counted as the one below it: a few huge baskets in a small
group make an interval, Welch's above all, that misses too often (8 % instead of 5).
``tests/unit/campaign/test_lift.py`` holds it against a thousand comparisons of like with like.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from noren.kernel.values import value

SMALLEST_GROUP: Final = 300
"""Spending is skewed: below this many in a group the interval is not what it says."""

PARTS: Final = 100
Z95: Final = 1.959963984540054


@value
class Lift:
    """A difference per member, with its 95 % interval. ``counted_as``: what the largest hundredth counts as."""

    difference: float
    low: float
    high: float
    counted_as: int

    @property
    def tells(self) -> bool:
        """Whether the interval leaves out that there was no difference."""
        return self.low > 0 or self.high < 0


def lift_of(reached: Sequence[int], holdout: Sequence[int]) -> Lift | None:
    """Return the lift of amounts by member; None: a group is too small for its interval to be true."""
    if min(len(reached), len(holdout)) < SMALLEST_GROUP:
        return None
    together = sorted((*reached, *holdout))
    most = together[len(together) - 1 - len(together) // PARTS]
    one, other = (_moments([min(each, most) for each in group]) for group in (reached, holdout))
    freedom = one.members + other.members - 2
    spread = (one.squares + other.squares) / freedom * (1 / one.members + 1 / other.members)
    reach, difference = _quantile(freedom) * math.sqrt(spread), one.mean - other.mean
    return Lift(difference, difference - reach, difference + reach, most)


@value
class _Moments:
    """Members, their mean, and the sum of the squared distances from it."""

    members: int
    mean: float
    squares: float


def _moments(amounts: Sequence[int]) -> _Moments:
    """Return the moments; whole amounts, so the sums are exact."""
    n, total, squares = len(amounts), sum(amounts), sum(each * each for each in amounts)
    return _Moments(n, total / n, (squares * n - total * total) / n)


def _quantile(freedom: int) -> float:
    """Return Student's t below which 97.5 % lie, from the normal one by its expansion: there are many of both."""
    return Z95 + (Z95**3 + Z95) / (4 * freedom)
