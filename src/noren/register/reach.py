"""Which lines of a basket an offer's filter of goods means. Pure: what is known of the goods is handed in.

The filter is the condition language's; a test on what is not known is not true, so such a line is not meant. Lists of
products by name are not at hand at a till: what is tested against one is unknown too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from noren.activity.model import Line
from noren.audience.language import nodes as n
from noren.audience.language.parsing import parse
from noren.audience.language.problems import Refused
from noren.audience.live.hits import Moment, true_then
from noren.audience.live.indexing import Known, attribute_true, goods_known, place_known
from noren.audience.live.literals import FALSE, Literal, Part, literals, settle
from noren.audience.live.model import Goods, Place
from noren.kernel.values import value

ANY: Final = "any"
_REMEMBERED: Final = 4_096
"""Filters whose reading is kept: a read costs a hundred times a look."""

_Row = Sequence[str | None]
_UNKNOWN: Final = Goods()
_CATEGORY: Final = 2
"""Where a product's attributes begin in its row: category, department, brand, maker."""


@value
class Basket:
    """A purchase as filters see it: its lines, where and when (local time), and what is known of its goods.

    ``goods``: rows of products (product, name, category, department, brand, maker, sensitivity) by code.
    """

    lines: Sequence[Line]
    shop: str
    partner: str
    local: datetime
    goods: Mapping[str, _Row]


Reach = Mapping[str, tuple[int, ...]]
"""By filter text: the numbers of the lines that it means, ascending."""


def reach_of(filters: Iterable[str], basket: Basket) -> Reach:
    """Return what each filter means of a basket."""
    return {text: lines_meant(text, basket) for text in set(filters)}


def lines_meant(text: str, basket: Basket) -> tuple[int, ...]:
    """Return the numbers of the lines that a filter means; of goods wanted together, none unless all are there."""
    if text == ANY:
        return tuple(range(len(basket.lines)))
    moment = Moment(basket.local.weekday(), basket.local.hour, sum(line.amount for line in basket.lines))
    place = place_known(Place(basket.shop, basket.partner))
    knowns = [place | goods_known(line.product, _goods(basket.goods.get(line.product))) for line in basket.lines]
    found = [[number for number, known in enumerate(knowns) if _true(part, known, moment)] for part in _parts(text)]
    if not all(found):
        return ()
    return tuple(sorted({number for part in found for number in part}))


def _goods(row: _Row | None) -> Goods:
    return _UNKNOWN if row is None else Goods(*row[_CATEGORY : _CATEGORY + 4])


def _true(part: Part, known: Known, moment: Moment) -> bool:
    return true_then(settle(part, _deciding(known)), moment)


def _deciding(known: Known) -> Callable[[Literal], bool | None]:
    def decide(literal: Literal) -> bool | None:
        return False if isinstance(literal.test, n.AttributeInList) else attribute_true(literal, known, {})

    return decide


@lru_cache(_REMEMBERED)
def _parts(text: str) -> tuple[Part, ...]:
    """Return the parts that a filter wants; one that can not be read (it was, when it was drafted) means nothing."""
    condition = parse(f"visits({text}) >= 1")
    if isinstance(condition, Refused) or not isinstance(condition.root, n.Count):
        return (FALSE,)
    wanted = condition.root.filter
    return tuple(literals(part) for part in (wanted.parts if isinstance(wanted, n.Together) else (wanted,)))
