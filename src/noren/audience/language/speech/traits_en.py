"""Traits in English: as a clause, and as what stands right after who she is."""

from __future__ import annotations

from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.clauses_en import Said, be, have
from noren.audience.language.speech.goods_en import AMOUNTS, named, unit_days
from noren.audience.language.words import Channel, Cmp, Trait

SEXES: Final = {"female": "Women", "male": "Men"}
_AGES: Final = {
    Cmp.AT_LEAST: "aged {} or over",
    Cmp.MORE: "over {}",
    Cmp.EXACTLY: "aged {}",
    Cmp.AT_MOST: "aged {} or under",
    Cmp.LESS: "under {}",
}
_MONTHS: Final = "January February March April May June July August September October November December"


def after_who(part: n.Node) -> str | None:
    """Return a trait as what may stand right after ``Women`` or ``Members``; None: it wants a clause."""
    match part:
        case n.AgeBetween() | n.AgeIs() | n.TraitIs(Trait.TIER) | n.TraitIn(Trait.TIER):
            return say_trait(part).yes.removeprefix("are ")
        case n.TraitIs(Trait.PREFECTURE) | n.TraitIn(Trait.PREFECTURE):
            return say_trait(part).yes.replace("live", "living", 1)
        case _:
            return None


def say_trait(part: n.TraitPredicate) -> Said:
    """Return a trait as a clause."""
    match part:
        case n.TraitIs(trait, value):
            return _told(trait, named(value))
        case n.TraitIsNot(trait, value):
            return _told(trait, named(value)).negated()
        case n.TraitIn(trait, values):
            return _told(trait, " or ".join(map(named, values)))
        case n.AgeBetween(first, last):
            return be(f"aged {first}–{last}")
        case n.AgeIs(cmp, years):
            return be(_AGES[cmp].format(years))
        case n.MemberFor(cmp, days):
            rest = f"been members for {AMOUNTS[cmp].format(unit_days(days))}"
            return Said(f"have {rest}", f"have not {rest}")
        case n.BirthMonth(month):
            if month is None:
                return have("their birthday this month")
            born = f"born in {_MONTHS.split()[month - 1]}"
            return Said(f"were {born}", f"were not {born}")
        case n.Reachable(channel):
            by = "e-mail" if channel is Channel.EMAIL else "post"
            return Said(f"can be reached by {by}", f"can not be reached by {by}")


def _told(trait: Trait, value: str) -> Said:
    match trait:
        case Trait.SEX:
            word = {"female": "women", "male": "men"}.get(value)
            return be(word or f"of sex {value}")
        case Trait.PREFECTURE:
            return Said(f"live in {value}", f"do not live in {value}")
        case Trait.POSTAL3:
            rest = f"a postal code that begins with {value}"
            return have(rest)
        case Trait.TIER:
            return be(f"of tier {value}")
