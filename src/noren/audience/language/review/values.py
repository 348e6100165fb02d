"""Values: those that do not exist, have a near twin, are sensitive, or do not look like what they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.problems import Place, Problem
from noren.audience.language.review.surroundings import Names, Surroundings
from noren.audience.language.words import Attribute, Trait
from noren.audience.language.writing import quoted
from noren.kernel.say import Say

_NEAR: Final = 0.6
_CANDIDATES: Final = 5_000
_SEXES: Final = frozenset({"female", "male", "other", "unknown"})
_CODES: Final = frozenset({Attribute.PRODUCT, Attribute.SHOP, Attribute.PARTNER})
_LOOSE: Final = re.compile(r"[\W_]+")
_POSTAL3: Final = re.compile("[0-9]{3}")
_POSTAL_CODE: Final = re.compile("[0-9]{7}")
_LABELS: Final = {
    Attribute.CATEGORY: Say("分類", "category"),
    Attribute.DEPARTMENT: Say("部門", "department"),
    Attribute.BRAND: Say("ブランド", "brand"),
    Attribute.MAKER: Say("メーカー", "maker"),
    Attribute.PRODUCT: Say("商品", "product"),
    Attribute.PARTNER: Say("提携先", "partner"),
    Attribute.SHOP: Say("店舗", "shop"),
    Attribute.INDUSTRY: Say("業種", "industry"),
}


def unknown_names(test: n.Test, places: tuple[Place, ...], names: Names) -> Iterator[Problem]:
    """Yield the values of a test that do not exist, with the nearest that does."""
    if isinstance(test, n.AttributeInList):
        known = names.lists()
        if known is not None and test.name not in known:
            say = Say(f"一覧『{test.name}』はありません。", f"There is no list “{test.name}”.")
            yield Problem("unknown-name", places[0], *with_nearest(say, test.name, known))
        return
    for attribute, value, place in valued(test, places):
        known = names.values(attribute)
        if known is not None and value not in known:
            label = _LABELS[attribute]
            say = Say(f"{label.ja}『{value}』はありません。", f"There is no {label.en} “{value}”.")
            yield Problem("unknown-name", place, *with_nearest(say, value, known))


def near_twins(test: n.Test, places: tuple[Place, ...], names: Names) -> Iterator[Problem]:
    """Yield the values of a test that another existing value resembles, unless both are asked for."""
    asked = {value for _, value, _ in valued(test, places)}
    for attribute, value, place in valued(test, places):
        known = names.values(attribute)
        # A value that does not exist is an error already, which names the nearest.
        if attribute in _CODES or known is None or value not in known:
            continue
        twins = sorted({other for other in known if _loose(other) == _loose(value)} - asked)
        if twins:
            label = _LABELS[attribute]
            listed = "・".join(f"『{twin}』" for twin in twins)
            say = Say(
                f"{label.ja}『{value}』によく似た{listed}もあります。両方なら in (…) で並べます。",
                f"There is also {label.en} {', '.join(f'“{twin}”' for twin in twins)}, much like “{value}”."
                " For both, list them by in (…).",
            )
            both = ", ".join(map(quoted, [value, *twins]))
            yield Problem("near-twin", place, say, f"{attribute.value} in ({both})")


def odd_values(values: Iterable[tuple[str, Place]]) -> Iterator[Problem]:
    """Yield values that do not look like what they are: invisible or direction signs, blanks at an end."""
    for value, place in values:
        if value != value.strip() or any(_is_odd(sign) for sign in value):
            say = Say(
                "値に、目に見えない文字、かぎかっこ、前後の空白のどれかが含まれています。意図したものか確かめてください。",
                "The value holds invisible characters, quotation marks, or blanks at an end: is that meant?",
            )
            yield Problem("odd-value", place, say)


def _is_odd(sign: str) -> bool:
    """Whether a sign is unseen, turns the writing's direction, or could end the quotes of a sentence."""
    return sign in "『』「」“”" or unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cn")


def sensitive_values(test: n.Test, places: tuple[Place, ...], around: Surroundings) -> Iterator[Problem]:
    """Yield the values of a test that belong to a sensitive class."""
    for attribute, value, place in valued(test, places):
        if (attribute, value) in around.sensitive:
            say = Say(
                f"『{value}』は慎重に扱う商品の区分です。個人情報管理責任者の承認が要ります。",
                f"“{value}” is a sensitive class of goods: it needs the privacy officer's approval.",
            )
            yield Problem("sensitive", place, say)


def unknown_sex(part: n.Predicate, place: Place) -> Iterator[Problem]:
    """Yield a sex that nobody is registered with."""
    if not isinstance(part, n.TraitIs | n.TraitIsNot | n.TraitIn) or part.trait is not Trait.SEX:
        return
    for value in part.values if isinstance(part, n.TraitIn) else (part.value,):
        if value not in _SEXES:
            say = Say(
                f"性別『{value}』の登録はありません。あるのは {', '.join(sorted(_SEXES))} です。",
                f"No member is registered with the sex “{value}”: there are {', '.join(sorted(_SEXES))}.",
            )
            yield Problem("unknown-sex", place, say, nearest(value, _SEXES))


def odd_postal3(part: n.Predicate, place: Place) -> Iterator[Problem]:
    """Yield the start of a postal code that is not its first 3 digits."""
    if not isinstance(part, n.TraitIs | n.TraitIsNot | n.TraitIn) or part.trait is not Trait.POSTAL3:
        return
    for value in part.values if isinstance(part, n.TraitIn) else (part.value,):
        if not _POSTAL3.fullmatch(value):
            say = Say(
                f"郵便番号は上3桁の数字だけです。『{value}』に当てはまる人はいません。",
                f"Of a postal code only the first 3 digits are known: nobody has “{value}”.",
            )
            digits = value.replace("-", "")
            yield Problem("odd-postal3", place, say, digits[:3] if _POSTAL_CODE.fullmatch(digits) else None)


def trait_values(part: n.Predicate) -> tuple[str, ...]:
    """Return the values and names that a predicate itself holds, outside its filters."""
    match part:
        case n.TraitIs(_, value) | n.TraitIsNot(_, value):
            return (value,)
        case n.TraitIn(_, values):
            return values
        case n.Received(campaign) | n.Redeemed(campaign):
            return (campaign,)
        case _:
            return ()


def valued(test: n.Test, places: tuple[Place, ...]) -> Iterator[tuple[Attribute, str, Place]]:
    """Yield the values that a test names, each with its place."""
    if isinstance(test, n.AttributeIs | n.AttributeIsNot):
        yield test.attribute, test.value, places[0]
    elif isinstance(test, n.AttributeIn):
        each = places if len(places) == len(test.values) else places[:1] * len(test.values)
        yield from ((test.attribute, value, place) for value, place in zip(test.values, each, strict=True))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to this one, whatever its capitals, if any is near."""
    by_look = {_look(one): one for one in sorted(known, reverse=True)}
    look = _look(word)
    if look in by_look:
        return by_look[look]
    close = [one for one in by_look if abs(len(one) - len(look)) <= max(len(look), 3)]
    if len(close) > _CANDIDATES:
        close = [one for one in close if one[:2] == look[:2]][:_CANDIDATES]
    found = get_close_matches(look, close, 1, _NEAR)
    return by_look[found[0]] if found else next((by_look[one] for one in sorted(close) if look and look in one), None)


def with_nearest(say: Say, word: str, known: Iterable[str]) -> tuple[Say, str | None]:
    """Return a sentence that asks for the nearest known word, and that word as it is written; None: none is near."""
    near = nearest(word, known)
    if near is None:
        return say, None
    return Say(f"{say.ja}『{near}』のことですか?", f"{say.en} Did you mean “{near}”?"), quoted(near)


def _look(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _loose(word: str) -> str:
    return _LOOSE.sub("", _look(word)).removesuffix("s")
