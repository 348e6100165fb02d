"""Like compared with like: how often the lift's 95 % interval says that there was a difference, over 1,000 campaigns.

    python bench/bench_lift.py [RUNS]

Spending is invented: some members buy nothing, the others by a lognormal, from even to very skewed. Goal 5 % ± 1 %.
Beside it what Welch's interval over the plain amounts says, which is the usual one.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
from collections.abc import Sequence
from typing import Final

from noren.campaign.lift import Z95, lift_of

SEED: Final = 20261126
GROUPS: Final = ((300, 300), (900, 300), (2_000, 300), (4_500, 500))
SPENDING: Final = ((0.3, 0.6), (0.3, 0.9), (0.5, 1.2))


def main() -> None:
    """Compare, and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for nothing, skew in SPENDING:
        for reached, holdout in GROUPS:
            chance = random.Random(SEED)
            pairs = ([spent(chance, members, nothing, skew) for members in (reached, holdout)] for _ in range(runs))
            told = welch = 0
            for one, other in pairs:
                found = lift_of(one, other)
                assert found is not None, "both groups are large enough"
                told += found.tells
                welch += differs(one, other)
            print(
                f"{nothing:.0%} buy nothing, sigma {skew}: {reached:,} against {holdout:,}:"
                f" {told / runs:.1%} (Welch, plain: {welch / runs:.1%}) of {runs:,}"
            )


def spent(chance: random.Random, members: int, nothing: float, skew: float) -> list[int]:
    """Return what members spent."""
    return [0 if chance.random() < nothing else int(chance.lognormvariate(7, skew)) for _ in range(members)]


def differs(one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether Welch's interval over the plain amounts leaves out that there was no difference."""
    error = statistics.pvariance(one) / len(one) + statistics.pvariance(other) / len(other)
    return abs(statistics.fmean(one) - statistics.fmean(other)) > Z95 * math.sqrt(error)


if __name__ == "__main__":
    main()
