"""A condition that needs what was not given is refused, with the file and the column that are missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from noren.audience.batch.errors import NotGiven
from noren.audience.batch.given import CHANNEL_CODES, TRAIT_CODES, Given, TraitCode
from noren.audience.language import nodes as n
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute, Measure
from noren.kernel.say import Say

_TRAIT_COLUMNS: Final = {
    TraitCode.SEX: "sex",
    TraitCode.PREFECTURE: "prefecture",
    TraitCode.POSTAL3: "postal3",
    TraitCode.TIER: "tier",
    TraitCode.AGE: "birth_year, birth_month",
    TraitCode.BIRTH_MONTH: "birth_month",
    TraitCode.SINCE: "since",
    TraitCode.EMAIL: "email_ok",
    TraitCode.POST: "post_ok",
}
_MEASURED: Final = {
    Measure.BRANDS: Attribute.BRAND,
    Measure.SHOPS: Attribute.SHOP,
    Measure.PARTNERS: Attribute.PARTNER,
}


def require_all(conditions: Iterable[n.Condition], given: Given) -> None:
    """Raise NotGiven where one of the conditions needs more than was given."""
    for condition in conditions:
        for predicate in n.predicates(condition.root):
            require(predicate, given)


def require(predicate: n.Predicate, given: Given) -> None:
    """Raise NotGiven where a predicate needs more than was given."""
    for inner in n.filters_of(predicate):
        for test in n.tests(inner):
            _require_test(test, given)
    match predicate:
        case n.Count(measure) | n.Change(measure) | n.Top(_, measure):
            _require_measure(measure, given)
        case n.Every():
            require(predicate.count, given)
        case n.Received() | n.Contacted():
            _file(given.messages, "--messages")
        case n.Redeemed():
            _file(given.redemptions, "--redemptions")
        case n.PointsBalance() | n.PointsExpiring():
            _file(given.balances, "--balances")
        case n.BasketTotal() | n.BasketHas() | n.BasketLacks():
            raise NotGiven(
                Say(
                    "basket はレジの買物かごを見る条件なので、ファイルでは評価できません。条件から外してください。",
                    "basket looks at the basket at the till: files have none. Take it out of the condition.",
                )
            )
        case _:
            _require_trait(predicate, given)


def trait_of(predicate: n.Predicate) -> TraitCode | None:
    """Return the trait that a predicate looks at; None: it looks at none."""
    match predicate:
        case n.TraitIs(trait) | n.TraitIsNot(trait) | n.TraitIn(trait):
            return TRAIT_CODES[trait]
        case n.AgeBetween() | n.AgeIs():
            return TraitCode.AGE
        case n.MemberFor():
            return TraitCode.SINCE
        case n.BirthMonth():
            return TraitCode.BIRTH_MONTH
        case n.Reachable(channel):
            return CHANNEL_CODES[channel]
        case _:
            return None


def _require_trait(predicate: n.Predicate, given: Given) -> None:
    trait = trait_of(predicate)
    if trait is not None and trait not in given.traits:
        _missing("--members", _TRAIT_COLUMNS[trait])


def _require_measure(measure: Measure, given: Given) -> None:
    attribute = _MEASURED.get(measure)
    if attribute is not None:
        _require_attribute(attribute, given)
    if measure is Measure.POINTS and not given.has_points:
        _missing("--purchases", "points")


def _require_test(test: n.Test, given: Given) -> None:
    match test:
        case n.AttributeIs(attribute) | n.AttributeIsNot(attribute) | n.AttributeIn(attribute):
            _require_attribute(attribute, given)
        case n.AttributeInList(attribute, name):
            _require_attribute(attribute, given)
            if name not in given.lists:
                raise NotGiven(
                    Say(
                        f"リスト『{name}』がありません。--lists のフォルダに {name}.txt を置いてください。",
                        f"There is no list “{name}”: put {name}.txt into the folder of --lists.",
                    )
                )
        case _:
            return


def _require_attribute(attribute: Attribute, given: Given) -> None:
    if attribute not in given.attributes:
        in_products = attribute in PRODUCT_ATTRIBUTES and attribute is not Attribute.PRODUCT
        _missing("--products" if in_products else "--purchases", attribute.value)


def _file(there: bool, option: str) -> None:
    if not there:
        raise NotGiven(
            Say(
                f"この条件には {option} のファイルが要ります。指定してください。",
                f"This condition needs the file of {option}: give it.",
            )
        )


def _missing(option: str, columns: str) -> None:
    raise NotGiven(
        Say(
            f"この条件には {option} の列 {columns} が要ります。列のあるファイルを指定してください。",
            f"This condition needs the column {columns} of {option}: give a file that has it.",
        )
    )
