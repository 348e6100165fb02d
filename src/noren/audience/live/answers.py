"""An answer, and what comes with a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from noren.audience.live.model import NOTHING, UNKNOWN, History, Purchase, Traits
from noren.audience.live.today import no_cuts
from noren.kernel.values import value

Cuts = Mapping[int, int | None]


@value
class Given:
    """What comes with the question: traits, history, the day's cuts of ``top`` by number, and the basket in hand."""

    traits: Traits = UNKNOWN
    history: History = NOTHING
    cuts: Cuts = field(default_factory=no_cuts)
    basket: Purchase | None = None


NO_MORE = Given()


@value
class Answers:
    """What was true at an instant. ``bits``: a whole number in which the bit of each true condition is set.

    The rest is what a later question may start from: the truths (``settled``: the conditions) as with an empty
    basket; ``grounds``: the part by which each condition is not true (see settling.py); ``turns``: the days on which
    predicates may turn by themselves; ``ranks``: what she ranks by (``top``), and the day on which that may be
    another. ``given`` None: it is not known what came with the question.
    """

    bits: int
    plan: bytes
    serial: int
    day: int
    instant: int
    given: Given | None
    truths: bytearray
    grounds: bytearray
    settled: int
    turns: dict[int, int]
    ranks: dict[int, tuple[int, int]]
