"""A whole condition as one Japanese sentence: deeds, traits, and who she is, in this order."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.clause import FITS, FITS_ALL, FITS_ANY, FITS_BOTH, FITS_EITHER, Clause
from noren.audience.language.speech.clauses_ja import say_predicate
from noren.audience.language.speech.goods_ja import Speaker
from noren.audience.language.speech.traits_ja import SEXES
from noren.audience.language.words import Trait

_TWO: Final = 2


def japanese(root: n.Node, speaker: Speaker) -> str:
    """Return the sentence."""
    parts: list[n.Node] = [*root.parts] if isinstance(root, n.And) else [root]
    who = _who(parts, speaker)
    if isinstance(root, n.Or) and all(_is_simple(part) for part in root.parts):
        return "、または、".join(_clause(part, speaker).before_noun() for part in root.parts) + who
    traits = [part for part in parts if _is_trait(part)]
    deeds = [_clause(part, speaker) for part in parts if part not in traits]
    marks = [_clause(part, speaker) for part in traits]
    return "、".join(said for said in (_joined(deeds), _joined(marks)) if said) + who


def _who(parts: list[n.Node], speaker: Speaker) -> str:
    """Return who she is; the sex, where it stands once, is said by the noun and taken from the parts."""
    sexes = [part for part in parts if isinstance(part, n.TraitIs) and part.trait is Trait.SEX and part.value in SEXES]
    if len(sexes) != 1:
        return "お客さま" if speaker.member else "会員"
    parts.remove(sexes[0])
    word = SEXES[sexes[0].value]
    return f"{word}のお客さま" if speaker.member else word


def _joined(clauses: list[Clause]) -> str:
    if not clauses:
        return ""
    said = [clauses[0], *(clause.after(before) for before, clause in pairwise(clauses))]
    return "、".join([*(clause.before_clause() for clause in said[:-1]), said[-1].before_noun()])


def _is_trait(part: n.Node) -> bool:
    inner = part.part if isinstance(part, n.Not) else part
    return isinstance(inner, n.TraitPredicate)


def _is_simple(part: n.Node) -> bool:
    inner = part.part if isinstance(part, n.Not) else part
    return not isinstance(inner, n.Not | n.And | n.Or | n.AtLeast)


def _clause(part: n.Node, speaker: Speaker) -> Clause:
    match part:
        case n.Not(inner):
            return _clause(inner, speaker).negated()
        case n.And(parts):
            return Clause(_quoted(parts, speaker), FITS_BOTH if len(parts) == _TWO else FITS_ALL)
        case n.Or(parts):
            return Clause(_quoted(parts, speaker), FITS_EITHER if len(parts) == _TWO else FITS_ANY)
        case n.AtLeast(count, parts):
            return Clause(f"{_quoted(parts, speaker)}のうち{count}つ以上に", FITS)
        case _:
            return say_predicate(part, speaker)


def _quoted(parts: tuple[n.Node, ...], speaker: Speaker) -> str:
    return "".join(f"「{_clause(part, speaker).stated()}」" for part in parts)
