"""Members' stops: rules over purpose × recipient × channel, and the one question that every path asks of them. Pure.

A stop is a rule, never a list: what a rule leaves open it stops for all, those that are added later too. So the
rule that leaves all three open is the one switch that stops everything. No rule weakens another. Whoever books
points, obeys the law or keeps the contract with the member does not ask here: that goes on (``stop_texts``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ANY: Final = ""
"""A part of a rule that is left open."""

ALL_WORD: Final = "all"
PARTS: Final = ("purpose", "recipient", "channel")
_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,32}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Use:
    """What is about to be done with a member's data: what for, by or for whom, and how she would be reached.

    ``channel`` is empty where nobody reaches her (an extract, a statistic). The operator itself is a recipient
    like others (``programme``): what is done for everyone must not slip through a stop of one company.
    """

    purpose: str
    recipient: str
    channel: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """A stop: of one purpose, one recipient, one channel, or any combination; an empty part means any."""

    purpose: str = ANY
    recipient: str = ANY
    channel: str = ANY

    def covers(self, use: Use) -> bool:
        """Return whether this rule stops a use."""
        return (
            self.purpose in (ANY, use.purpose)
            and self.recipient in (ANY, use.recipient)
            and self.channel in (ANY, use.channel)
        )

    def covers_rule(self, other: Rule) -> bool:
        """Return whether all that another rule stops is stopped by this one too."""
        return (
            self.purpose in (ANY, other.purpose)
            and self.recipient in (ANY, other.recipient)
            and self.channel in (ANY, other.channel)
        )

    @property
    def breadth(self) -> int:
        """How many parts are left open: 3 stops everything."""
        return (self.purpose, self.recipient, self.channel).count(ANY)


EVERYTHING: Final = Rule()
"""All, including companies, purposes and channels that are added later."""


def stopped_by(rules: Iterable[Rule], use: Use) -> Rule | None:
    """Return the broadest rule that stops a use; None: it is not stopped. In whatever order the rules come."""
    return min((rule for rule in rules if rule.covers(use)), key=_broadest_first, default=None)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Return rules as they are shown: the broadest first."""
    return sorted(rules, key=_broadest_first)


def _broadest_first(rule: Rule) -> tuple[int, Rule]:
    return -rule.breadth, rule


def spell(rule: Rule) -> str:
    """Return a rule as it is written and logged: ``all``, or ``purpose=…,recipient=…,channel=…`` without open parts."""
    said = [f"{part}={value}" for part, value in zip(PARTS, (rule.purpose, rule.recipient, rule.channel), strict=True)]
    return ",".join(each for each in said if not each.endswith("=")) or ALL_WORD


def read_rule(text: str) -> Rule | None:
    """Return the rule that a text spells, its parts in any order; None where it spells none.

    ``SCOPE:NAME`` is the older spelling of a rule of one part.
    """
    if text == ALL_WORD:
        return EVERYTHING
    found: dict[str, str] = {}
    for each in text.split(","):
        part, _, value = each.replace(":", "=", 1).partition("=")
        if part not in PARTS or part in found or not _CODE.match(value):
            return None
        found[part] = value
    return Rule(**found)
