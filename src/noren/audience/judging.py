"""A condition judged where it is to be used: what is wrong with it here, and which guards it calls for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.audience.catalogue import Catalogue
from noren.audience.excluding import leaves_sensitive_goods
from noren.audience.language import Condition, Refused, to_text
from noren.audience.language import nodes as n
from noren.audience.language.building import Read
from noren.audience.language.parsing import read
from noren.audience.language.problems import Place, Problem
from noren.audience.language.review import Surroundings, cost_of, review
from noren.audience.language.review.reach import picks_small_area
from noren.audience.language.review.spans import months_before
from noren.audience.language.review.values import trait_values, with_nearest
from noren.audience.language.words import Trait
from noren.audience.refusals import NO_TIER
from noren.kernel.say import Say

HORIZON_MONTHS: Final = 36
"""How far back lines count, at the least."""


@dataclass(frozen=True, slots=True)
class Judged:
    """``sensitive``: the privacy officer has to approve; ``foreign``: other companies' purchases decide."""

    condition: Condition
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    sensitive: bool
    foreign: bool
    cost: int


def horizon_of(day: date) -> date:
    """Return the first local date whose lines count: of a month, so that it moves once a month, not every day.

    Standings hold facts since then; who keeps them folds everybody again when it moves.
    """
    return months_before(day, HORIZON_MONTHS).replace(day=1)


def judge(text: str, recipient: str | None, names: Catalogue, day: date) -> Judged | Refused:
    """Return what is to be said of a condition in this programme, as of the end of a day."""
    found = read(text)
    if isinstance(found, Refused):
        return found
    around = Surroundings(names, names.sensitive, recipient, horizon_of(day), day)
    said = review(found, around)
    others = bool(names.companies - {recipient})
    pooled = _pooled(found) if recipient is not None else ()
    warnings = tuple(each for each in (*said.warnings, *pooled) if others or each.code != "other-company")
    unnamed = _has_sensitive_list(found.condition, names) or leaves_sensitive_goods(found.condition, names)
    errors = [*said.errors, *_unknown_tiers(found, names), *(_mixed(found) if unnamed else ())]
    codes = {warning.code for warning in warnings}
    return Judged(
        found.condition,
        tuple(sorted(dict.fromkeys(errors), key=lambda problem: problem.place.start)),
        warnings,
        sensitive="sensitive" in codes or unnamed,
        foreign="other-company" in codes,
        cost=cost_of(found.condition),
    )


def judge_kept(condition: Condition, recipient: str, names: Catalogue, day: date) -> Judged | Refused:
    """Return what is to be said today of a condition that was saved: names and classes may have changed."""
    return judge(to_text(condition), recipient, names, day)


def sensitive_in_small_area(conditions: Sequence[Condition], names: Catalogue, day: date) -> bool:
    """Return whether conditions that are asked together speak of sensitive goods and of a small area."""
    if not any(picks_small_area(part) for each in conditions for part in n.predicates(each.root)):
        return False
    judged = [judge(to_text(each), None, names, day) for each in conditions]
    return any(isinstance(each, Refused) or each.sensitive for each in judged)


def _pooled(found: Read) -> Iterator[Problem]:
    """Yield a warning where a part speaks of what a member did at all companies together, without naming one."""
    for part, place in _placed(found):
        if isinstance(part, n.PointsBalance | n.PointsExpiring | n.Received | n.Redeemed) or _is_tier(part):
            say = Say(
                "ポイントの残高・失効、会員ランク、施策の受け取り・利用には、ほかの会社でのお買いものが表れます。"
                "取扱いの根拠が要ります。",
                "Points, tiers, and campaigns received or redeemed, show what was done at other companies too: that"
                " needs a cleared flow.",
            )
            yield Problem("other-company", place, say)


def _has_sensitive_list(condition: Condition, names: Catalogue) -> bool:
    return any(
        isinstance(test, n.AttributeInList) and names.is_sensitive_list(test.attribute, test.name)
        for part in n.predicates(condition.root)
        for inner in n.filters_of(part)
        for test in n.tests(inner)
    )


def _placed(found: Read) -> Iterator[tuple[n.Predicate, Place]]:
    yield from zip(n.predicates(found.condition.root), found.predicates, strict=True)


def _mixed(found: Read) -> Iterator[Problem]:
    for part, place in _placed(found):
        if picks_small_area(part):
            say = Say(
                "慎重に扱う商品の条件は、せまい地域の条件と組み合わせられません。都道府県を使ってください。",
                "Sensitive goods are not combined with a small area: take the prefecture.",
            )
            yield Problem("sensitive-small-area", place, say, "prefecture")


def has_tier(condition: Condition) -> bool:
    """Return whether a condition asks for a tier."""
    return any(_is_tier(part) for part in n.predicates(condition.root))


def _is_tier(part: n.Predicate) -> bool:
    return isinstance(part, n.TraitIs | n.TraitIsNot | n.TraitIn) and part.trait is Trait.TIER


def _unknown_tiers(found: Read, names: Catalogue) -> Iterator[Problem]:
    """Yield tiers that no published rule names, with the nearest that one does."""
    for part, place in _placed(found):
        for value in trait_values(part) if _is_tier(part) else ():
            if not names.tiers:
                yield Problem("unknown-name", place, NO_TIER)
            elif value not in names.tiers:
                say = Say(f"会員ランク『{value}』はありません。", f"There is no tier “{value}”.")
                yield Problem("unknown-name", place, *with_nearest(say, value, names.tiers))


def has_basket(condition: Condition) -> bool:
    """Return whether a condition looks at the basket at the till."""
    return any(isinstance(part, n.BasketPredicate) for part in n.predicates(condition.root))


def has_rank(condition: Condition) -> bool:
    """Return whether a condition ranks members, so that one member's purchase may move others in or out."""
    return any(isinstance(part, n.Top) for part in n.predicates(condition.root))
