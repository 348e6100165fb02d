"""What every harness asks of a text that a person or a machine is told: both languages, and nobody's number in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noren.kernel.say import Say

CARD_DIGITS = 8
OURS = {"1000000000", "20260102"}
"""Numbers of our own texts that are as long as a card's: the largest amount, an example of a day."""

_RUNS = re.compile(rf"\d{{{CARD_DIGITS},}}")


def numbers(text: str) -> Iterator[str]:
    """Yield what in a text is as long as a card number, in digits of any script."""
    yield from (run for run in _RUNS.findall(text) if run not in OURS)


def is_discreet(say: Say) -> None:
    """Assert that a reason says something in both languages and repeats no number."""
    for text in (say.ja, say.en):
        assert text.strip(), "a reason says nothing"
        assert not list(numbers(text)), "a reason repeats a number"
