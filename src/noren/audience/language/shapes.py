"""How each node stands in JSON: an object whose ``is`` names its kind, and its fields by their names.

Whole numbers are JSON numbers, decimals are strings of digits, dates are strings, ``ever`` is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, cast

from noren.audience.language import nodes as n
from noren.audience.language import words as w
from noren.audience.language.writing import number_text

KIND: Final = "is"
_KEPT: Final = object()
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,4})?")


class Misshapen(Exception):
    """This JSON is no condition: both languages' words for what is wrong."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


@dataclass(frozen=True, slots=True)
class Codec:
    """One field's two ways; ``hear`` raises Misshapen. ``left_out`` is the value that is not written."""

    tell: Callable[[Any], object]
    hear: Callable[[object], Any]
    left_out: object = _KEPT


def _whole(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise Misshapen("整数が要ります", "wants a whole number")
    return given


def _decimal(given: object) -> Decimal:
    if not isinstance(given, str) or not _DECIMAL.fullmatch(given):
        raise Misshapen("数は文字列で書きます", "wants a number as a string")
    return Decimal(given)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise Misshapen("文字列が要ります", "wants a string")
    return given


def _flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise Misshapen("true か false が要ります", "wants true or false")
    return given


def _date(given: object) -> date:
    try:
        return date.fromisoformat(_text(given))
    except ValueError:
        raise Misshapen("日付が要ります", "wants a date") from None


def _list(given: object) -> list[object]:
    if not isinstance(given, list):
        raise Misshapen("配列が要ります", "wants an array")
    return cast("list[object]", given)


def _word(kind: type[StrEnum]) -> Codec:
    def hear_word(given: object) -> StrEnum:
        try:
            return kind(_text(given))
        except ValueError:
            raise Misshapen(f"{kind.__name__} の語ではありません", f"is no word of {kind.__name__}") from None

    return Codec(str, hear_word)


def _node(family: str) -> Codec:
    return Codec(tell, lambda given: hear(given, family))


def _each(codec: Codec) -> Codec:
    return Codec(
        lambda values: [codec.tell(value) for value in values],
        lambda given: tuple(codec.hear(one) for one in _list(given)),
    )


def _maybe(codec: Codec) -> Codec:
    return Codec(
        lambda value: "this" if value is None else codec.tell(value),
        lambda given: None if given == "this" else codec.hear(given),
    )


def tell(value: Any) -> dict[str, object]:
    """Return a node as what JSON holds."""
    shape = SHAPES[KIND_OF[type(value)]]
    out: dict[str, object] = {KIND: shape.kind}
    for name, codec in shape.fields.items():
        held = getattr(value, name)
        if held != codec.left_out:
            out[name] = codec.tell(held)
    return out


def hear(given: object, family: str) -> Any:
    """Return the node of what JSON held, if it is of this family.

    Raises:
        Misshapen: it is not.
        Wrong: the node would mean nothing.
    """
    if not isinstance(given, dict):
        raise Misshapen("オブジェクトが要ります", "wants an object")
    held = cast("dict[str, object]", given)
    shape = SHAPES.get(str(held.get(KIND)))
    if shape is None or shape.made not in FAMILIES[family]:
        raise Misshapen(f"{family} の種類({KIND})が分かりません", f"has no known kind ({KIND}) of {family}")
    optional = {name for name, codec in shape.fields.items() if codec.left_out is not _KEPT}
    if held.keys() - {KIND} - shape.fields.keys() or shape.fields.keys() - held.keys() - optional:
        names = ", ".join(shape.fields)
        raise Misshapen(f"{shape.kind} の項目は {names} です", f"{shape.kind} has the fields {names}")
    return shape.made(**{name: codec.hear(held[name]) for name, codec in shape.fields.items() if name in held})


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of node: its word, its class, its fields."""

    kind: str
    made: type[Any]
    fields: dict[str, Codec]


_WHOLE: Final = Codec(int, _whole)
_NUMBER: Final = Codec(number_text, _decimal)
_TEXT: Final = Codec(str, _text)
_TEXTS: Final = _each(_TEXT)
_DATE: Final = Codec(date.isoformat, _date)
_CMP: Final = _word(w.Cmp)
_MEASURE: Final = _word(w.Measure)
_TRAIT: Final = _word(w.Trait)
_ATTRIBUTE: Final = _word(w.Attribute)
_NODE: Final = _node("node")
_LINES: Final = _each(_node("line filter"))
_FILTER: Final = _node("filter")
_WINDOW: Final = Codec(tell, lambda given: hear(given, "window"), left_out=n.EVER)

_ALL: Final = (
    Shape("not", n.Not, {"part": _NODE}),
    Shape("and", n.And, {"parts": _each(_NODE)}),
    Shape("or", n.Or, {"parts": _each(_NODE)}),
    Shape("at-least", n.AtLeast, {"count": _WHOLE, "parts": _each(_NODE)}),
    Shape("trait", n.TraitIs, {"trait": _TRAIT, "value": _TEXT}),
    Shape("trait-not", n.TraitIsNot, {"trait": _TRAIT, "value": _TEXT}),
    Shape("trait-in", n.TraitIn, {"trait": _TRAIT, "values": _TEXTS}),
    Shape("age-between", n.AgeBetween, {"first": _WHOLE, "last": _WHOLE}),
    Shape("age", n.AgeIs, {"cmp": _CMP, "years": _WHOLE}),
    Shape("member-for", n.MemberFor, {"cmp": _CMP, "days": _WHOLE}),
    Shape("birth-month", n.BirthMonth, {"month": _maybe(_WHOLE)}),
    Shape("reachable", n.Reachable, {"channel": _word(w.Channel)}),
    Shape(
        "count",
        n.Count,
        {"measure": _MEASURE, "filter": _FILTER, "cmp": _CMP, "number": _NUMBER, "window": _WINDOW},
    ),
    Shape("never", n.Never, {"filter": _FILTER, "window": _WINDOW}),
    Shape("days-since-last", n.DaysSinceLast, {"filter": _FILTER, "cmp": _CMP, "days": _WHOLE}),
    Shape("days-since-first", n.DaysSinceFirst, {"filter": _FILTER, "cmp": _CMP, "days": _WHOLE}),
    Shape("overdue", n.Overdue, {"filter": _FILTER, "cmp": _CMP, "times": _NUMBER}),
    Shape(
        "share",
        n.Share,
        {"part": _FILTER, "whole": _FILTER, "cmp": _CMP, "percent": _NUMBER, "window": _WINDOW},
    ),
    Shape(
        "change",
        n.Change,
        {"measure": _MEASURE, "filter": _FILTER, "days": _WHOLE, "cmp": _CMP, "percent": _NUMBER},
    ),
    Shape("top", n.Top, {"percent": _NUMBER, "measure": _MEASURE, "filter": _FILTER, "window": _WINDOW}),
    Shape(
        "then",
        n.Then,
        {"first": _FILTER, "followed": Codec(bool, _flag), "later": _FILTER, "days": _WHOLE, "window": _WINDOW},
    ),
    Shape("every", n.Every, {"rhythm": _word(w.Rhythm), "periods": _WHOLE, "count": _node("count")}),
    Shape("received", n.Received, {"campaign": _TEXT, "window": _WINDOW}),
    Shape("redeemed", n.Redeemed, {"campaign": _TEXT, "window": _WINDOW}),
    Shape("contacted", n.Contacted, {"window": _WINDOW}),
    Shape("points-balance", n.PointsBalance, {"cmp": _CMP, "points": _WHOLE}),
    Shape("points-expiring", n.PointsExpiring, {"days": _WHOLE, "cmp": _CMP, "points": _WHOLE}),
    Shape("basket-total", n.BasketTotal, {"cmp": _CMP, "amount": _WHOLE}),
    Shape("basket-has", n.BasketHas, {"filter": _FILTER}),
    Shape("basket-lacks", n.BasketLacks, {"filter": _FILTER}),
    Shape("any-line", n.AnyLine, {}),
    Shape("attribute", n.AttributeIs, {"attribute": _ATTRIBUTE, "value": _TEXT}),
    Shape("attribute-not", n.AttributeIsNot, {"attribute": _ATTRIBUTE, "value": _TEXT}),
    Shape("attribute-in", n.AttributeIn, {"attribute": _ATTRIBUTE, "values": _TEXTS}),
    Shape("attribute-in-list", n.AttributeInList, {"attribute": _ATTRIBUTE, "name": _TEXT}),
    Shape("weekday-in", n.WeekdayIn, {"days": _each(_word(w.Weekday))}),
    Shape("hour-between", n.HourBetween, {"first": _WHOLE, "last": _WHOLE}),
    Shape("hour", n.HourIs, {"cmp": _CMP, "hour": _WHOLE}),
    Shape("purchase-total", n.PurchaseTotalIs, {"cmp": _CMP, "amount": _WHOLE}),
    Shape("filter-not", n.FilterNot, {"part": _node("line filter")}),
    Shape("filter-and", n.FilterAnd, {"parts": _LINES}),
    Shape("filter-or", n.FilterOr, {"parts": _LINES}),
    Shape("together", n.Together, {"parts": _LINES}),
    Shape("in-last", n.InLast, {"count": _WHOLE, "unit": _word(w.Unit)}),
    Shape("in-period", n.InPeriod, {"which": _word(w.Which), "period": _word(w.Period)}),
    Shape("in-dates", n.InDates, {"first": _DATE, "last": _DATE}),
)
SHAPES: Final = {shape.kind: shape for shape in _ALL}
KIND_OF: Final = {shape.made: shape.kind for shape in _ALL}
_WINDOWS: Final = frozenset({n.InLast, n.InPeriod, n.InDates})
_TESTS: Final = frozenset(
    {
        n.AnyLine, n.AttributeIs, n.AttributeIsNot, n.AttributeIn, n.AttributeInList, n.WeekdayIn, n.HourBetween,
        n.HourIs, n.PurchaseTotalIs, n.FilterNot, n.FilterAnd, n.FilterOr,
    }
)  # fmt: skip
FAMILIES: Final[dict[str, frozenset[type[Any]]]] = {
    "window": _WINDOWS,
    "line filter": _TESTS,
    "filter": _TESTS | {n.Together},
    "count": frozenset({n.Count}),
    "node": frozenset(KIND_OF) - _TESTS - _WINDOWS - {n.Together},
}
"""Which classes may stand where."""
