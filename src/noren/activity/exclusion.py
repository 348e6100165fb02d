"""Products that earn no points at a company: a small part of the condition language's filter.

``category = "TOBACCO" or department in ("STAMPS", "BILLS")``: equality tests joined by ``or``.
The whole filter language comes with conditions; what is accepted here reads the same there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ATTRIBUTES: Final = ("product", "category", "department", "brand", "maker")
_TEST: Final = re.compile(
    r'\s*(?P<attribute>[a-z]+)\s*(?:=\s*(?P<one>"[^"]*")|in\s*\(\s*(?P<list>"[^"]*"(?:\s*,\s*"[^"]*")*)\s*\))\s*'
)
_STRING: Final = re.compile(r'"([^"]*)"')


class BadExclusion(ValueError):
    """The text is not a filter of this form; the message says what is accepted."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One test: lines whose product has ``attribute`` among ``values`` earn nothing."""

    attribute: str
    values: frozenset[str]


def parse_exclusion(text: str) -> tuple[Exclusion, ...]:
    """Return the tests of a filter text.

    Raises:
        BadExclusion: another form, or an attribute that products do not have.
    """
    out: list[Exclusion] = []
    position = 0
    while True:
        match = _TEST.match(text, position)
        if match is None or match["attribute"] not in ATTRIBUTES:
            raise BadExclusion(
                f'not understood at column {position + 1}: write tests like category = "TOBACCO" joined by or; '
                f"attributes are {', '.join(ATTRIBUTES)}"
            )
        out.append(Exclusion(match["attribute"], frozenset(_STRING.findall(match["one"] or match["list"]))))
        position = match.end()
        if position == len(text):
            return tuple(out)
        if not text.startswith("or ", position):
            raise BadExclusion(f"not understood at column {position + 1}: tests are joined by or")
        position += 3
