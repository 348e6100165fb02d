"""A campaign's file, read strictly: what it says, or all that is wrong with it, where, and how to mend it. Pure.

The condition and the filter of goods are read by the condition language; whether a purpose, partner or shop is known is
asked of whoever has the register (``reviewing``).
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import msgspec

from noren.audience.language import nodes as n
from noren.audience.language.parsing import parse
from noren.audience.language.problems import Refused
from noren.audience.language.walking import tests
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
_WORDS: Final = [each.value for kinds in (Unit, Channel, OfferKind, Stack, Pace, AfterReturn) for each in kinds]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: where in the file (``issue.rate``), and what to do."""

    at: str
    say: Say


def read_campaign(text: str) -> Campaign | list[Problem]:
    """Return the campaign of a TOML text, or what is wrong with it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return [Problem("", Say(f"TOMLとして読めません: {wrong}", f"This is no TOML: {wrong}"))]
    return campaign_of(content)


def campaign_of(content: dict[str, Any]) -> Campaign | list[Problem]:
    """Return the campaign of a parsed file, or what is wrong with it."""
    try:
        read = msgspec.convert(content, Campaign)
    except msgspec.ValidationError as wrong:
        return [_said(str(wrong))]
    return list(_wrong(read)) or read


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


_FIELD: Final = re.compile(r"(?P<what>unknown|missing required) field `(?P<name>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_NO_SUCH: Final = re.compile(r"Invalid enum value '(?P<value>[^']*)'(?: - at `\$(?P<at>[^`]*)`)?")
_AT: Final = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<at>[^`]*)`)?\Z", re.DOTALL)


def _said(wrong: str) -> Problem:
    """Return a decoding message in words: where, what, and the nearest that would do."""
    if found := _FIELD.search(wrong):
        at = f"{found['at'] or ''}.{found['name']}".lstrip(".")
        if found["what"] != "unknown":
            return _problem(at, "ありません。書いてください。", "It is missing: write it.")
        known = {name for form in _FORMS for name in form.__struct_encode_fields__}
        return _problem(at, *_near(found["name"], sorted(known), "というキーはありません。", "There is no such key."))
    if found := _NO_SUCH.search(wrong):
        at = (found["at"] or "").lstrip(".")
        return _problem(at, *_near(found["value"], _WORDS, "という語はありません。", f"There is no {found['value']}."))
    found = _AT.match(wrong)
    assert found is not None, "it matches anything"
    return _problem((found["at"] or "").lstrip("."), f"値が合いません: {found['what']}", f"{found['what']}.")


def _near(given: str, known: list[str], ja: str, en: str) -> tuple[str, str]:
    near = difflib.get_close_matches(given, known, n=1)
    more = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    return f"{given} {ja}{more[0]}", f"{en}{more[1]}"
