"""The language's own limits, and the rules of numbers that a node's constructor checks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from noren.audience.language.problems import Wrong
from noren.kernel.say import Say

CHARACTERS: Final = 2_000
"""Characters (code points) of a text."""

DEPTH: Final = 12
"""Nested ``not``, grouping parentheses and ``at least`` lists, in conditions and filters together."""

PREDICATES: Final = 64
"""Predicates of a condition; a filter's tests are not counted."""

DIGITS: Final = 12
DECIMALS: Final = 4
WHOLE_LIMIT: Final = 10**DIGITS
MOST_FOLLOW_DAYS: Final = 365
LAST_HOUR: Final = 23
# What no text in quotes can hold (a tab may stand there), and halves of characters.
_CONTROL: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def check_whole(number: int, field: str, least: int = 0, most: int = WHOLE_LIMIT - 1) -> None:
    """Raise Wrong unless ``number`` is a whole number from ``least`` to ``most``."""
    if not least <= number <= most:
        raise out_of_range(field, f"{least:,}", f"{most:,}" if most < WHOLE_LIMIT - 1 else None)


def out_of_range(field: str, least: str, most: str | None) -> Wrong:
    """Return the refusal of a number outside its range; ``most`` None: as many digits as a number may have."""
    if most is None:
        say = Say(
            f"ここに書ける数は{least}以上、{DIGITS}桁までです。",
            f"This number is {least} or more, with at most {DIGITS} digits.",
        )
    else:
        say = Say(f"ここに書ける数は{least}から{most}までです。", f"This number is from {least} to {most}.")
    return Wrong("out-of-range", field, say)


def check_number(number: Decimal, field: str) -> None:
    """Raise Wrong unless ``number`` is 0 or more, below 10^12, with at most 4 decimals."""
    if not number.is_finite() or number.is_signed() or number >= WHOLE_LIMIT or number != round(number, DECIMALS):
        raise Wrong(
            "out-of-range",
            field,
            Say(
                f"数は0以上、整数部{DIGITS}桁まで、小数{DECIMALS}桁までです。",
                f"A number is 0 or more, with at most {DIGITS} digits and {DECIMALS} decimals.",
            ),
        )


def check_text(text: str, field: str) -> None:
    """Raise Wrong when a value could not be written in quotes: it is empty or holds a line break or control sign."""
    if text and not _CONTROL.search(text):
        return
    raise Wrong(
        "bad-value",
        field,
        Say(
            "値は空にできず、改行や制御文字を含められません。",
            "A value is not empty and holds no line break or control sign.",
        ),
    )


def check_values(values: tuple[object, ...], field: str) -> None:
    """Raise Wrong when a list of values is empty."""
    if not values:
        raise Wrong("out-of-range", field, Say("値を1つ以上並べてください。", "List at least one value."))


def check_parts(parts: Iterable[object], least: int = 2) -> None:
    """Raise Wrong when an algebra node has too few parts."""
    if len(tuple(parts)) < least:
        raise Wrong("out-of-range", "parts", Say(f"{least}つ以上が要ります。", f"At least {least} are needed."))


def check_flat(nested: bool) -> None:
    """Raise Wrong when a list of ``and`` or ``or`` holds one of its own kind: there is one way to say it."""
    if nested:
        say = Say("同じ and・or は、入れ子にせず1つに並べます。", "An and in an and (an or in an or) is one flat list.")
        raise Wrong("not-canonical", "parts", say)
