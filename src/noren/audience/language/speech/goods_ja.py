"""Filters in Japanese: goods, places and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.wording import Register, Wording
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute, Cmp, Weekday

_LABELS: Final = {
    Attribute.CATEGORY: "分類",
    Attribute.DEPARTMENT: "部門",
    Attribute.BRAND: "ブランド",
    Attribute.MAKER: "メーカー",
    Attribute.PRODUCT: "商品コード",
    Attribute.PARTNER: "提携先",
    Attribute.SHOP: "店舗",
    Attribute.INDUSTRY: "業種",
}
_DAYS: Final = dict(zip(Weekday, "月火水木金土日", strict=True))
_HOURS: Final = {
    Cmp.AT_LEAST: "{}時以降",
    Cmp.MORE: "{}時台より後",
    Cmp.EXACTLY: "{}時台",
    Cmp.AT_MOST: "{}時台まで",
    Cmp.LESS: "{}時より前",
}
AMOUNTS: Final = {
    Cmp.AT_LEAST: "{}以上",
    Cmp.MORE: "{}を超える",
    Cmp.EXACTLY: "{}ちょうど",
    Cmp.AT_MOST: "{}以下",
    Cmp.LESS: "{}未満",
}


@dataclass(frozen=True, slots=True)
class Goods:
    """What was bought, where and when. Empty parts say nothing."""

    places: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    what: str = ""
    together: bool = False

    def bought(self) -> str:
        """Return the words before 購入: where, when, what."""
        how = "同じ会計で一緒に" if self.together else ""
        return f"{self._around()}{self.what}を{how}" if self.what else self._around()

    def whose(self) -> str:
        """Return the words before a noun such as 購入日数."""
        parts = [*(f"{place}での" for place in self.places), *(f"{time}の" for time in self.times)]
        what = f"{self.what}を同じ会計で買った" if self.together else f"{self.what}の"
        return "".join([*parts, what if self.what else ""])

    def noun(self, any_word: str) -> str:
        """Return the words as one noun."""
        parts = [*(f"{place}での" for place in self.places), *(f"{time}の" for time in self.times)]
        what = f"同じ会計の{self.what}" if self.together else self.what
        return "".join([*parts, what or ("買い物" if parts else any_word)])

    def _around(self) -> str:
        return "".join([*(f"{place}で" for place in self.places), *(f"{time}に" for time in self.times)])


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks to whom, with which words."""

    wording: Wording
    register: Register

    @property
    def member(self) -> bool:
        """Whether a member is spoken to."""
        return self.register == "member"

    def money(self, cmp: Cmp, amount: int) -> str:
        """Return a compared amount."""
        return AMOUNTS[cmp].format(self.wording.money(amount, "ja"))


def goods(filter: n.Filter, speaker: Speaker) -> Goods:  # noqa: A002 - the glossary's word
    """Return a filter as goods, places and times."""
    match filter:
        case n.AnyLine():
            return Goods()
        case n.Together(parts):
            nouns = "と".join(goods(part, speaker).noun("何かの商品") for part in parts)
            return Goods(what=nouns, together=True)
        case n.FilterAnd(parts):
            return _all(parts, speaker)
        case _:
            return _all((filter,), speaker)


def _all(parts: tuple[n.LineFilter, ...], speaker: Speaker) -> Goods:
    places = tuple(modifier(part, speaker) for part in parts if _is_place(part))
    moments = [modifier(part, speaker) for part in parts if _is_time(part)]
    whats = [part for part in parts if not (_is_place(part) or _is_time(part) or isinstance(part, n.AnyLine))]
    return Goods(places, ("の".join(moments),) if moments else (), _what(whats, speaker))


def _is_place(part: n.LineFilter) -> bool:
    if isinstance(part, n.AttributeIs | n.AttributeIn | n.AttributeInList):
        return part.attribute not in PRODUCT_ATTRIBUTES
    return isinstance(part, n.PurchaseTotalIs)


def _is_time(part: n.LineFilter) -> bool:
    return isinstance(part, n.WeekdayIn | n.HourBetween | n.HourIs)


def _what(parts: Sequence[n.LineFilter], speaker: Speaker) -> str:
    if not parts:
        return ""
    if len(parts) == 1:
        word = _member_word(parts[0], speaker)
        if word is not None:
            return word
    about_goods = any(
        getattr(test, "attribute", None) in PRODUCT_ATTRIBUTES for part in parts for test in n.tests(part)
    )
    mods = "で".join(_wrapped(part, speaker, n.FilterOr) for part in parts)
    return f"{mods}の{'商品' if about_goods else '買い物'}"


def _member_word(part: n.LineFilter, speaker: Speaker) -> str | None:
    """Return the member's own word for goods, when each value has one."""
    if not speaker.member or not isinstance(part, n.AttributeIs | n.AttributeIn):
        return None
    values = (part.value,) if isinstance(part, n.AttributeIs) else part.values
    words = [speaker.wording.vocabulary.member_word(part.attribute, value) for value in values]
    known = list(dict.fromkeys(word for word in words if word is not None))
    return "か".join(known) if len(words) == sum(word is not None for word in words) else None


def modifier(part: n.LineFilter, speaker: Speaker) -> str:
    """Return a filter as what stands before の商品 or の買い物."""
    match part:
        case n.FilterAnd(parts):
            return "かつ".join(_wrapped(one, speaker, n.FilterOr) for one in parts)
        case n.FilterOr(parts):
            return "または".join(modifier(one, speaker) for one in parts)
        case n.FilterNot(inner):
            return f"{_wrapped(inner, speaker, n.FilterAnd, n.FilterOr)}以外"
        case n.AttributeIs() | n.AttributeIsNot() | n.AttributeIn() | n.AttributeInList():
            return _attribute(part, speaker)
        case _:
            return _moment(part, speaker)


def _wrapped(part: n.LineFilter, speaker: Speaker, *kinds: type) -> str:
    text = modifier(part, speaker)
    return f"({text})" if isinstance(part, kinds) else text


def _attribute(test: n.AttributeIs | n.AttributeIsNot | n.AttributeIn | n.AttributeInList, speaker: Speaker) -> str:
    label = _LABELS[test.attribute]
    match test:
        case n.AttributeIs(attribute, value):
            return _named(attribute, value, label, speaker)
        case n.AttributeIsNot(attribute, value):
            return f"{_named(attribute, value, label, speaker)}以外"
        case n.AttributeIn(_, values):
            listed = "".join(f"『{value}』" for value in values)
            return f"{label}{listed}{'のいずれか' if len(values) > 1 else ''}"
        case n.AttributeInList(attribute, name):
            return f"{_LABELS[attribute]}一覧『{name}』"


def _named(attribute: Attribute, value: str, label: str, speaker: Speaker) -> str:
    word = speaker.wording.vocabulary.member_word(attribute, value) if speaker.member else None
    return word if word is not None else f"{label}『{value}』"


def _moment(test: n.LineFilter, speaker: Speaker) -> str:
    match test:
        case n.WeekdayIn(days):
            return f"{'・'.join(_DAYS[day] for day in days)}曜日"
        case n.HourBetween(first, last):
            return f"{first}時台" if first == last else f"{first}時〜{last}時台"
        case n.HourIs(cmp, hour):
            return _HOURS[cmp].format(hour)
        case n.PurchaseTotalIs(cmp, amount):
            return f"合計{speaker.money(cmp, amount)}の会計"
        case _:
            return "すべて"
