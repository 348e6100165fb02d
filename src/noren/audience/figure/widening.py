"""What to widen when there are too few: told from the condition's text alone, never from data.

The order is that of how narrow a predicate looks by itself; two conditions with the same text get the same advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from noren.audience.language import Condition
from noren.audience.language import nodes as n
from noren.audience.language.words import Cmp, Trait
from noren.audience.language.writing import text_of
from noren.kernel.say import Say

MOST: Final = 3
_SHORT_DAYS: Final = 90


def suggestions(condition: Condition) -> list[Say]:
    """Return what might be widened, the narrowest-looking first, three at most."""
    found = [(rank, say) for part in n.predicates(condition.root) for rank, say in _of(part)]
    if isinstance(condition.root, n.And) and len(condition.root.parts) > 2:  # more than a pair
        say = Say(
            "and でつないだ条件を1つ外すか、at least … of (…) にまとめる",
            "take one part out of the “and”, or put parts together by at least … of (…)",
        )
        found.append((6, say))
    return [say for _, say in sorted(dict.fromkeys(found), key=lambda each: each[0])][:MOST]


def _of(part: n.Predicate) -> Iterator[tuple[int, Say]]:
    text = text_of(part)
    match part:
        case n.TraitIs(Trait.POSTAL3) | n.TraitIn(Trait.POSTAL3):
            yield 1, Say(f"{text}: 都道府県(prefecture)に広げる", f"{text}: take the prefecture instead")
        case n.AgeBetween() | n.AgeIs():
            yield 3, Say(f"{text}: 年齢の範囲を広げる", f"{text}: take a wider range of ages")
        case n.BirthMonth():
            yield 3, Say(f"{text}: 誕生月を外す", f"{text}: leave the month of birth out")
        case n.Count(cmp=Cmp.AT_LEAST | Cmp.MORE | Cmp.EXACTLY):
            yield 4, Say(f"{text}: 回数や金額を小さくする", f"{text}: ask for fewer or less")
        case n.Share() | n.Overdue() | n.Then() | n.Every() | n.Change():
            yield 4, Say(f"{text}: 割合・期間・間隔をゆるめる", f"{text}: ask for a lower share, or a looser rhythm")
        case _:
            pass
    for inner in n.filters_of(part):
        if any(_is_one_product(test) for test in n.tests(inner)):
            yield (
                2,
                Say(f"{text}: 商品ではなくブランドや分類で書く", f"{text}: name the brand or category, not a product"),
            )
    window = getattr(part, "window", None)
    if isinstance(window, n.InLast) and _days(window) <= _SHORT_DAYS:
        yield 5, Say(f"{text}: 期間を長くする", f"{text}: take a longer window")


def _is_one_product(test: n.Test) -> bool:
    return isinstance(test, n.AttributeIs) and test.attribute.value in ("product", "shop")


def _days(window: n.InLast) -> int:
    return window.count * {"day": 1, "week": 7, "month": 31}[window.unit.value]
