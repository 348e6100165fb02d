"""A condition as a sentence, in a language and for a listener."""

from __future__ import annotations

from noren.audience.language.nodes import AnyLine, Condition, Filter
from noren.audience.language.speech import goods_en, goods_ja
from noren.audience.language.speech.goods_ja import Speaker
from noren.audience.language.speech.sentence_en import english
from noren.audience.language.speech.sentence_ja import japanese
from noren.audience.language.speech.wording import Register, Wording
from noren.kernel.say import Lang


def sentence(condition: Condition, lang: Lang, register: Register = "staff", wording: Wording | None = None) -> str:
    """Return what a condition says. English has one register."""
    words = wording if wording is not None else Wording()
    if lang == "en":
        return english(condition.root, words)
    return japanese(condition.root, Speaker(words, register))


def goods_said(filter: Filter, lang: Lang, wording: Wording) -> str:  # noqa: A002 - the glossary's word
    """Return which goods a filter means, as a member is told; empty: it says nothing of goods."""
    if lang == "en":
        return goods_en.goods(filter, wording).bought() if filter != AnyLine() else ""
    return "" if filter == AnyLine() else goods_ja.goods(filter, Speaker(wording, "member")).noun("")
