"""What a slip must not tell: the condition by which its member got it. Pure.

A slip lies in a bin, in a family's kitchen, in a cashier's hand. So neither title nor lines may say who gets it or what
for: no trait, no habit, no number or goods of the condition that the offer itself does not name. Words are looked for
in their normal form; what a person still reads out of them, two approvers are to see: they get the condition's
sentence and the slip side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from noren.audience.language import Refused, nodes
from noren.audience.language.parsing import parse
from noren.audience.language.speech.wording import ShippedWords, Vocabulary
from noren.audience.language.words import Attribute
from noren.audience.spec_file import Problem
from noren.campaign.spec import Campaign
from noren.campaign.telling_words import AGE, BIRTH, CHOSEN, HABIT, MEMBER_FOR, POINTS, TIME, TRAITS
from noren.kernel.say import Say
from noren.kernel.values import value


class Leak(StrEnum):
    """What of a condition a text tells."""

    TRAIT = "trait"
    HABIT = "habit"
    CHOSEN = "chosen"
    TIME = "time"
    NUMBER = "number"
    GOODS = "goods"


_SAYS: Final[Mapping[Leak, Say]] = {
    Leak.TRAIT: Say("条件にある会員の属性を伝えます", "it tells a trait that the condition asks"),
    Leak.HABIT: Say("条件にある買物の習慣を伝えます", "it tells a habit that the condition asks"),
    Leak.CHOSEN: Say("選ばれた理由があることを伝えます", "it says that she was chosen for a reason"),
    Leak.TIME: Say("条件にある曜日や時刻を伝えます", "it tells days or hours that the condition asks"),
    Leak.NUMBER: Say("条件にある数を伝えます", "it tells a number of the condition"),
    Leak.GOODS: Say("条件にある商品や店を伝えます", "it names goods or shops of the condition"),
}
_KANJI: Final = {sign: str(at) for at, sign in enumerate("〇一二三四五六七八九")} | {"十": "10"}
_COUNTED: Final = re.compile(r"([〇一二三四五六七八九十])(?=回|度|点|個|杯|本|日|週|か月|カ月|ヶ月|年|店|つ|人)")
_ENGLISH: Final = {
    "once": "1", "one": "1", "twice": "2", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip
_SPELT: Final = re.compile(rf"\b({'|'.join(_ENGLISH)})\b")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SHORTEST: Final = 2
_PURCHASES: Final = (
    nodes.Count, nodes.Never, nodes.DaysSinceLast, nodes.DaysSinceFirst, nodes.Overdue, nodes.Share, nodes.Change,
    nodes.Top, nodes.Then, nodes.Every, nodes.Received, nodes.Redeemed, nodes.Contacted,
)  # fmt: skip
_TEXTS_IN: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


@value
class _Told:
    """A text of the slip, as it stands in the file and as it is looked at."""

    at: str
    shown: str
    text: str


def telling(campaign: Campaign, words: Vocabulary | None = None) -> list[Problem]:
    """Return each place at which title or slip tell of the condition. ``words``: what members call goods."""
    condition = parse(campaign.condition)
    assert not isinstance(condition, Refused), "a read campaign's condition was parsed"
    told = list(_texts(campaign))
    patterns = list(_patterns(condition))
    numbers = _numbers(campaign.condition) - _own_numbers(campaign)
    goods = _goods(condition, words or ShippedWords()) - _own_goods(campaign, words or ShippedWords())
    found: list[Problem] = []
    for each in told:
        found += [_problem(each, leak, hit[0]) for leak, pattern in patterns for hit in pattern.finditer(each.text)]
        found += [_problem(each, Leak.NUMBER, n) for n in _NUMBER.findall(each.text) if n in numbers]
        found += [_problem(each, Leak.GOODS, name) for name in sorted(goods) if _names(each.text, name)]
    return list(dict.fromkeys(found))


def _texts(campaign: Campaign) -> Iterator[_Told]:
    for language in ("ja", "en"):
        yield _Told(f"title.{language}", getattr(campaign.title, language), normal(getattr(campaign.title, language)))
        for number, line in enumerate(getattr(campaign.text.slip, language)):
            yield _Told(f"text.slip.{language}[{number}]", line, normal(line))


def normal(text: str) -> str:
    """Return a text as it is looked at: half-width digits, small letters, numbers in figures, without separators."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3})", "", plain)
    plain = _COUNTED.sub(lambda found: _KANJI[found[1]], plain)
    return _SPELT.sub(lambda found: _ENGLISH[found[1]], plain)


def _patterns(condition: nodes.Condition) -> Iterator[tuple[Leak, re.Pattern[str]]]:
    """Return what is looked for: words of selection always, the others where the condition asks such a thing."""
    asked = {pair for part in nodes.predicates(condition.root) for pair in _asked(part)}
    for leak, pattern in sorted({*asked, (Leak.CHOSEN, CHOSEN)}):
        yield leak, re.compile(pattern)


def _asked(part: nodes.Predicate) -> Iterator[tuple[Leak, str]]:
    match part:
        case nodes.TraitIs(trait) | nodes.TraitIsNot(trait) | nodes.TraitIn(trait):
            yield Leak.TRAIT, TRAITS[trait]
        case nodes.AgeBetween() | nodes.AgeIs():
            yield Leak.TRAIT, AGE
        case nodes.BirthMonth():
            yield Leak.TRAIT, BIRTH
        case nodes.MemberFor():
            yield Leak.TRAIT, MEMBER_FOR
        case nodes.PointsBalance() | nodes.PointsExpiring():
            yield Leak.TRAIT, POINTS
        case _ if isinstance(part, _PURCHASES):
            yield Leak.HABIT, HABIT
        case _:
            pass
    if any(isinstance(t, nodes.WeekdayIn | nodes.HourBetween | nodes.HourIs) for t in _tests(part)):
        yield Leak.TIME, TIME


def _tests(part: nodes.Predicate) -> Iterator[nodes.Test]:
    for inner in nodes.filters_of(part):
        yield from nodes.tests(inner)


def _numbers(condition: str) -> set[str]:
    """Return the numbers of a condition; names within quotes are looked for as goods. 0 and 1 tell nothing."""
    return {found for found in _NUMBER.findall(_TEXTS_IN.sub("", condition)) if float(found) > 1}


def _own_numbers(campaign: Campaign) -> set[str]:
    """Return the numbers that the offer itself has: they may be said."""
    offer, issue = campaign.offer, campaign.issue
    days = (*(number for day in (issue.first, issue.until) for number in (day.year, day.month, day.day)),)
    own = (offer.value, offer.max_value, offer.min_spend, offer.valid_days, *days)
    return {str(number) for number in own if number is not None}


def _goods(condition: nodes.Condition, words: Vocabulary) -> set[str]:
    parts = nodes.predicates(condition.root)
    return {name for part in parts for test in _tests(part) for name in _named(test, words)}


def _own_goods(campaign: Campaign, words: Vocabulary) -> set[str]:
    """Return the goods that the offer is for, and who issues and redeems it: they may be named."""
    places = {normal(name) for name in (*campaign.issue.partners, *campaign.issue.shops, *campaign.offer.redeem_at)}
    if campaign.offer.products == "any":
        return places
    own = parse(f"visits({campaign.offer.products}) >= 1")
    assert not isinstance(own, Refused), "a read campaign's goods were parsed"
    return places | _goods(own, words)


def _named(test: nodes.Test, words: Vocabulary) -> Iterator[str]:
    match test:
        case nodes.AttributeIs(attribute, one) | nodes.AttributeIsNot(attribute, one):
            yield from _called(attribute, (one,), words)
        case nodes.AttributeIn(attribute, values):
            yield from _called(attribute, values, words)
        case nodes.AttributeInList(_, name):
            yield normal(name)
        case _:
            pass


def _called(attribute: Attribute, values: tuple[str, ...], words: Vocabulary) -> Iterator[str]:
    for each in values:
        yield normal(each)
        said = words.member_word(attribute, each)
        if said is not None:
            yield normal(said)


def _names(text: str, name: str) -> bool:
    """Return whether a text names something: as a word of its own where it is written in letters of the alphabet."""
    if len(name) < _SHORTEST:
        return False
    if name.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?:es|s)?(?![a-z0-9])", text) is not None
    return name in text


def _problem(told: _Told, leak: Leak, hit: str) -> Problem:
    say = _SAYS[leak]
    return Problem(
        told.at,
        Say(
            f"「{told.shown}」の「{hit}」は、{say.ja}。条件が分からない言い方にしてください。",
            f"“{hit}” in “{told.shown}”: {say.en}. Word it so that the condition can not be told.",
        ),
    )
