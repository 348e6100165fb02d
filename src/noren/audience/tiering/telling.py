"""Published rules as they are shown to anybody: in force and coming, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from noren.activity.tiers import Rules, RulesRow, published
from noren.audience.tiering.words import level_says, rule_says
from noren.kernel.say import Say


class LevelView(msgspec.Struct, frozen=True):
    """A level of the rules: its word, its title, what it takes."""

    id: str
    title: Say
    says: Say


class RulesView(msgspec.Struct, frozen=True):
    """Rules in words, and the day from which they hold."""

    first: date
    says: Say
    levels: tuple[LevelView, ...]


def told(rows: Sequence[RulesRow], today: date, currency: str) -> tuple[RulesView, ...]:
    """Return the rules in force and those to come; drafts are nobody's."""
    there = published(rows)
    past = [row for row in there if row.rules.first <= today]
    return tuple(
        _rules(row.rules, currency) for row in (*past[-1:], *(row for row in there if row.rules.first > today))
    )


def _rules(rules: Rules, currency: str) -> RulesView:
    levels = tuple(
        LevelView(each.id, Say(each.title.ja, each.title.en), level_says(rules, each, currency)) for each in rules.level
    )
    return RulesView(rules.first, rule_says(rules), levels)
