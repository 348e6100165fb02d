"""What is shown of a noisy figure: about so many, or too few. The exact count is never here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from noren.kernel.say import Say

_SIGNIFICANT: Final = 2
_LEAST_STEP: Final = 10
_BEYOND: Final = 0.05


@dataclass(frozen=True, slots=True)
class About:
    """About so many people."""

    people: int

    @property
    def say(self) -> Say:
        """Return it in words."""
        return Say(f"約{self.people:,}人", f"about {self.people:,}")


@dataclass(frozen=True, slots=True)
class TooFew:
    """Fewer than the audience's minimum, by the noisy value."""

    minimum: int

    @property
    def say(self) -> Say:
        """Return it in words."""
        return Say(
            f"人数が少なすぎます({self.minimum}人未満とみられます)。条件を1つ広げてください。",
            f"Too few people (it seems fewer than {self.minimum}): widen a condition.",
        )


Shown = About | TooFew


def shown(noisy: int, minimum: int) -> Shown:
    """Return what is shown of a noisy value: compared and rounded as it is, whatever the exact count."""
    return TooFew(minimum) if noisy < minimum else About(rounded(noisy))


def rounded(noisy: int) -> int:
    """Return a number to two significant digits, tens at the finest."""
    step = max(_LEAST_STEP, 10 ** (len(str(max(noisy, 0))) - _SIGNIFICANT))
    return (noisy + step // 2) // step * step


def noise_band(epsilon: float) -> int:
    """Return the noise band: how many people noise moves a figure by at most, 95 times of 100, before rounding.

    Discrete Laplace noise is beyond k with probability 2 a^(k+1) / (1 + a), where a = e^-epsilon.
    """
    assert epsilon > 0, "a figure without a cost would have no noise"
    return max(0, math.ceil(math.log(2 / _BEYOND / (1 + math.exp(-epsilon))) / epsilon) - 1)


@dataclass(frozen=True, slots=True)
class Band:
    """How much of the smaller of two audiences is in the other, told in bands."""

    word: str
    say: Say


_BANDS: Final = (
    (10, Band("little", Say("ほとんど重ならない(1割未満)", "hardly any overlap (under 10 %)"))),
    (35, Band("some", Say("一部が重なる(1割から3割台)", "some overlap (10-35 %)"))),
    (65, Band("half", Say("半分ほど重なる", "about half in common"))),
    (90, Band("most", Say("大部分が重なる", "most in common"))),
)
_ALL: Final = Band("nearly-all", Say("ほぼ同じ人たち(9割以上)", "nearly the same people (90 % or more)"))


def band(one: int, other: int, both: int, minimum: int) -> Band | TooFew:
    """Return the band of an overlap, from three noisy values and nothing else."""
    smaller = min(one, other)
    if smaller < minimum:
        return TooFew(minimum)
    return next((band for limit, band in _BANDS if 100 * both < limit * smaller), _ALL)
