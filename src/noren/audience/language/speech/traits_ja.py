"""Traits in Japanese."""

from __future__ import annotations

from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech import clause as c
from noren.audience.language.speech.clause import Clause
from noren.audience.language.speech.measures_ja import compared
from noren.audience.language.speech.wording import grouped
from noren.audience.language.words import Channel, Trait

SEXES: Final = {"female": "女性", "male": "男性"}
_OTHER_SEXES: Final = {"other": "性別がその他", "unknown": "性別が不明"}


def say_trait(part: n.TraitPredicate) -> Clause:
    """Return a trait as a clause."""
    match part:
        case n.TraitIs(trait, value):
            return Clause(_told(trait, (value,)), c.IS)
        case n.TraitIsNot(trait, value):
            return Clause(_told(trait, (value,)), c.IS, denied=True)
        case n.TraitIn(trait, values):
            return Clause(_told(trait, values), c.IS)
        case n.AgeBetween(first, last):
            return Clause(f"{first}〜{last}歳", c.IS)
        case n.AgeIs(cmp, years):
            words = compared(cmp, f"{years}歳")
            return Clause(words.words, words.ending)
        case n.MemberFor(cmp, days):
            words = compared(cmp, f"{grouped(days)}日")
            return Clause(f"入会からの日数が{words.words}", words.ending)
        case n.BirthMonth(month):
            return Clause("今月生まれ" if month is None else f"{month}月生まれ", c.IS)
        case n.Reachable(channel):
            return Clause("メールを" if channel is Channel.EMAIL else "郵送DMを", c.CAN_GET)


def _told(trait: Trait, values: tuple[str, ...]) -> str:
    match trait:
        case Trait.SEX:
            return "か".join(SEXES.get(value, _OTHER_SEXES.get(value, f"性別が『{value}』")) for value in values)
        case Trait.PREFECTURE:
            return f"{'か'.join(values)}にお住まい"
        case Trait.POSTAL3:
            return f"郵便番号の上3桁が{'か'.join(f'「{value}」' for value in values)}"
        case Trait.TIER:
            return f"会員ランクが{'か'.join(f'『{value}』' for value in values)}"
