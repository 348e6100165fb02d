"""A campaign's file, read strictly: what it says, or all that is wrong with it, where, and how to mend it. Pure.

The condition and the filter of goods are read by the condition language; whether a purpose, partner or shop is known is
asked of whoever has the register (``reviewing``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from noren.audience.language import nodes as n
from noren.audience.language.parsing import parse
from noren.audience.language.problems import Refused
from noren.audience.language.walking import tests
from noren.audience.spec_file import Problem, formed, parsed, vocabulary_of
from noren.campaign.draw import Unit
from noren.campaign.spec import (
    AfterReturn,
    Both,
    Campaign,
    Caps,
    Channel,
    Form,
    Issue,
    Lines,
    Offer,
    OfferKind,
    Pace,
    PerMember,
    Stack,
    Text,
    face_value,
)
from noren.kernel.say import Say

COLUMNS: Final = 42
"""Half-width columns of a slip."""

LONGEST_DAYS: Final = 400
_FORMS: Final[tuple[type[Form], ...]] = (Campaign, Both, Issue, Caps, PerMember, Offer, Text, Lines)
_KNOWN: Final = vocabulary_of(_FORMS, (Unit, Channel, OfferKind, Stack, Pace, AfterReturn))


def read_campaign(text: str) -> Campaign | list[Problem]:
    """Return the campaign of a TOML text, or what is wrong with it."""
    content = parsed(text)
    return [content] if isinstance(content, Problem) else campaign_of(content)


def campaign_of(content: dict[str, Any]) -> Campaign | list[Problem]:
    """Return the campaign of a parsed file, or what is wrong with it."""
    read = formed(content, Campaign, _KNOWN)
    return [read] if isinstance(read, Problem) else list(_wrong(read)) or read


def _wrong(read: Campaign) -> Iterator[Problem]:
    yield from _places_and_days(read.issue)
    yield from _draw(read)
    yield from _offer(read.offer)
    yield from _caps(read)
    yield from _conditions(read)
    for language in ("ja", "en"):
        yield from _lines(getattr(read.text.slip, language), f"text.slip.{language}")


def _places_and_days(issue: Issue) -> Iterator[Problem]:
    if bool(issue.partners) == bool(issue.shops):
        yield _problem("issue", "partners か shops の一方を書いてください。", "Give partners or shops, one of them.")
    if issue.until < issue.first:
        yield _problem("issue.until", f"{issue.first} 以後です。", f"It is {issue.first} or later.")
    elif (issue.until - issue.first).days >= LONGEST_DAYS:
        yield _problem("issue.until", f"期間は{LONGEST_DAYS}日までです。", f"At most {LONGEST_DAYS} days.")


def _draw(read: Campaign) -> Iterator[Problem]:
    if not Fraction(read.issue.rate):
        yield _problem("issue.rate", "0より大きくしてください。", "It must be more than 0.")
    if Fraction(read.issue.holdout) == 1:
        yield _problem("issue.holdout", "1未満です(全員が外れます)。", "Less than 1, or nobody is left.")
    if read.issue.draw is Unit.MEMBER and read.caps.draws_per_day != 1:
        yield _problem(
            "caps.draws_per_day",
            "1人1回の抽選では書けません。draw を visit にするか、消してください。",
            'It is for draws by visit: set draw = "visit", or leave it out.',
        )


def _offer(offer: Offer) -> Iterator[Problem]:
    if offer.kind is OfferKind.PERCENT and offer.value > 100:
        yield _problem("offer.value", "割引率は1〜100です。", "A percentage is 1 to 100.")
    if offer.kind is OfferKind.POINTS_MULTIPLIER and not 2 <= offer.value <= 100:
        yield _problem("offer.value", "倍率は2〜100です。", "A multiplier is 2 to 100.")
    if face_value(offer) is None:
        yield _problem("offer.max_value", "1枚の上限額を書いてください。", "Say how much one is worth at most.")


def _caps(read: Campaign) -> Iterator[Problem]:
    caps, most = read.caps, face_value(read.offer)
    if caps.pace is Pace.EVEN and caps.total is None:
        yield _problem("caps.pace", "even には caps.total が要ります。", "even spreads a total: give caps.total.")
    if caps.budget is not None and most is not None and caps.budget < most:
        yield _problem("caps.budget", f"1枚分の{most}に足りません。", f"It does not pay for one coupon of {most}.")
    if caps.total is not None and caps.per_day is not None and caps.per_day > caps.total:
        yield _problem("caps.per_day", f"総数の{caps.total}以下に。", f"It is more than the total of {caps.total}.")


def _conditions(read: Campaign) -> Iterator[Problem]:
    condition = parse(read.condition)
    if isinstance(condition, Refused):
        yield from (Problem("condition", each.say) for each in condition.problems)
    if read.offer.products != "any":
        yield from _goods(read.offer.products)


def _goods(products: str) -> Iterator[Problem]:
    read = parse(f"visits({products}) >= 1")
    if isinstance(read, Refused):
        yield from (Problem("offer.products", each.say) for each in read.problems)
    elif not isinstance(read.root, n.Count):
        yield _problem("offer.products", "商品の条件を1つだけ書いてください。", "Write one filter of goods.")
    elif any(isinstance(test, n.AttributeInList) for test in tests(read.root.filter)):
        yield _problem(
            "offer.products",
            "リスト(in list)はレジでは引けません。値を並べてください。",
            "Lists are not at hand at a till: write their values.",
        )


def _lines(lines: list[str], at: str) -> Iterator[Problem]:
    for number, line in enumerate(lines):
        wide = columns(line)
        if wide > COLUMNS:
            yield _problem(
                f"{at}[{number}]",
                f"{wide}桁あります。半角{COLUMNS}桁までです。",
                f"It takes {wide} columns; {COLUMNS} half-width ones fit.",
            )
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} for sign in line):
            yield _problem(f"{at}[{number}]", "印字できない文字があります。", "A sign in it can not be printed.")


def columns(line: str) -> int:
    """Return how many half-width columns a line takes on a slip."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line)


def _problem(at: str, ja: str, en: str) -> Problem:
    return Problem(at, Say(ja, en))
