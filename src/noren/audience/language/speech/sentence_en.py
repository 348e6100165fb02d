"""A whole condition as one English sentence: who, her traits, and what she did."""

from __future__ import annotations

from typing import Final, assert_never

from noren.audience.language import nodes as n
from noren.audience.language.speech.clauses_en import (
    Said,
    say_basket,
    say_behaviour,
    say_count,
    say_history,
    say_recency,
)
from noren.audience.language.speech.traits_en import SEXES, after_who, say_trait
from noren.audience.language.speech.wording import Wording
from noren.audience.language.words import Trait

_TWO: Final = 2


def english(root: n.Node, wording: Wording) -> str:
    """Return the sentence."""
    parts: list[n.Node] = [*root.parts] if isinstance(root, n.And) else [root]
    who = _who(parts)
    traits = {part: said for part in parts if (said := after_who(part)) is not None}
    head = " ".join([who, *dict.fromkeys(traits.values())])
    deeds = [part for part in parts if part not in traits]
    if not deeds:
        return head
    if len(deeds) == 1 and isinstance(deeds[0], n.Or) and all(_is_simple(part) for part in deeds[0].parts):
        return f"{head} who either {' or '.join(_said(part, wording).yes for part in deeds[0].parts)}"
    return f"{head} who {_joined([_said(part, wording).yes for part in deeds])}"


def _who(parts: list[n.Node]) -> str:
    """Return who she is; the sex, where it stands once, is taken from the parts."""
    sexes = [part for part in parts if isinstance(part, n.TraitIs) and part.trait is Trait.SEX and part.value in SEXES]
    if len(sexes) != 1:
        return "Members"
    parts.remove(sexes[0])
    return SEXES[sexes[0].value]


def _joined(clauses: list[str]) -> str:
    comma = "," if len(clauses) > _TWO else ""
    return f"{', '.join(clauses[:-1])}{comma} and {clauses[-1]}" if len(clauses) > 1 else clauses[0]


def _is_simple(part: n.Node) -> bool:
    inner = part.part if isinstance(part, n.Not) else part
    return not isinstance(inner, n.Not | n.And | n.Or | n.AtLeast)


def _said(part: n.Node, wording: Wording) -> Said:
    match part:
        case n.Not(inner):
            return _said(inner, wording).negated()
        case n.And(parts):
            return _listed("all of", parts, wording)
        case n.Or(parts):
            return _listed("at least one of", parts, wording)
        case n.AtLeast(count, parts):
            return _listed(f"at least {count} of these {len(parts)}", parts, wording)
        case _:
            return _predicate(part, wording)


def _listed(how: str, parts: tuple[n.Node, ...], wording: Wording) -> Said:
    listed = "; ".join(f"({place}) they {_said(part, wording).yes}" for place, part in enumerate(parts, 1))
    return Said(f"meet {how} [{listed}]", f"do not meet {how} [{listed}]")


def _predicate(part: n.Predicate, wording: Wording) -> Said:
    match part:
        case n.Count():
            return say_count(part, wording)
        case n.Never() | n.DaysSinceLast() | n.DaysSinceFirst() | n.Overdue():
            return say_recency(part, wording)
        case n.Share() | n.Change() | n.Top() | n.Then() | n.Every():
            return say_behaviour(part, wording)
        case n.Received() | n.Redeemed() | n.Contacted() | n.PointsBalance() | n.PointsExpiring():
            return say_history(part)
        case n.BasketTotal() | n.BasketHas() | n.BasketLacks():
            return say_basket(part, wording)
        case n.TraitIs() | n.TraitIsNot() | n.TraitIn() | n.AgeBetween() | n.AgeIs():
            return say_trait(part)
        case n.MemberFor() | n.BirthMonth() | n.Reachable():
            return say_trait(part)
        case _:
            assert_never(part)
