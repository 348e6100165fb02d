"""Why a body was refused: read again slowly, fault by fault, and said with a JSON pointer.

Order: not JSON, an unknown field anywhere, a key that stands twice, a wrong value.
Nothing that was sent is repeated in the answer but the name of a field.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, cast

import msgspec

from noren.kernel.say import Say
from noren.register.refusals import Refusal
from noren.register.requests import (
    BalanceRequest,
    ClockRequest,
    FindRequest,
    LineRequest,
    PurchaseRequest,
    ReturnLineRequest,
    ReturnRequest,
)

_MAX_NAME: Final = 64
_CARD_DIGITS: Final = 8
_PLACE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`")
_STEP: Final = re.compile(r"\.(?P<key>[^.\[\]]+)|\[(?P<index>\d+|\.\.\.)\]")
_MISSING: Final = re.compile(r"missing required field `(?P<name>[^`]*)`")
_WIDE: Final = {ord(wide): str(number) for digits in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")
                for number, wide in enumerate(digits)}  # fmt: skip
_KINDS: Final[dict[type, dict[str, type | None]]] = {
    PurchaseRequest: {"lines": LineRequest, "coupons": None},
    ReturnRequest: {"lines": ReturnLineRequest},
    FindRequest: {},
    BalanceRequest: {},
    ClockRequest: {},
    LineRequest: {},
    ReturnLineRequest: {},
}


_NO_SUCH_TEXT: Final = "a text has a character that no field takes"
_WORDS: Final = {"int": "整数", "float": "小数", "str": "文字列", "bool": "真偽値", "null": "null", "array": "配列",
                 "object": "オブジェクト", "date": "日付", "datetime": "日時"}  # fmt: skip
_JAPANESE: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"Expected `(\w+)`, got `(\w+)`", "{0}で送ってください（いまは{1}です）。"),
        (r"Expected `int` >= (-?\d+)", "{0}以上の整数で送ってください。"),
        (r"Expected `int` <= (\d+)", "{0}以下の整数で送ってください。"),
        (r"Integer value out of range", "整数が大きすぎます。"),
        (r"Expected `(\w+)` of length >= (\d+)", "{0}の長さは{1}以上です。"),
        (r"Expected `(\w+)` of length <= (\d+)", "{0}の長さは{1}以下です。"),
        (r"with a timezone component", "時差つきのRFC 3339の日時（例 2026-11-22T10:15:30+09:00）で送ってください。"),
        (r"Invalid RFC3339 encoded (\w+)", "RFC 3339の{0}ではありません。"),
        (_NO_SUCH_TEXT, "どの項目にも使えない文字があります。"),
    )
)


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, so that a key that stands twice is seen."""


def diagnose(kind: type, raw: bytes, message: str) -> Refusal:
    """Return the refusal for a body that did not decode as ``kind``; ``message`` is the decoder's."""
    try:
        text = raw.decode("utf-8")
        parsed = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
    except RecursionError:
        return Refusal("bad-json")
    except ValueError:
        return _not_json(raw)
    if not isinstance(parsed, _Pairs):
        return Refusal("bad-json")
    return _unknown(kind, parsed, "") or _duplicate(parsed, "") or _wrong_value(message)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _not_json(raw: bytes) -> Refusal:
    """Tell digits of another script, which are a wrong value, from what is no JSON at all."""
    try:
        text = raw.decode("utf-8")
        plain = text.translate(_WIDE)
        if plain != text:
            json.loads(plain)
            more = Say("数字は半角（0-9）で送ってください。", "Digits must be ASCII 0-9.")
            return Refusal("bad-field", None, more)
    except (ValueError, RecursionError):
        pass
    return Refusal("bad-json")


def _known_fields(kind: type | None) -> set[str] | None:
    return None if kind is None else {field.encode_name for field in msgspec.structs.fields(kind)}


def _unknown(kind: type | None, pairs: _Pairs, place: str) -> Refusal | None:
    """Find the first field that is not taken, at any depth; inside a value that should be plain, every key is."""
    known = _known_fields(kind) or set()
    for name, value in pairs:
        here = f"{place}/{_escape(name)}"
        if name not in known:
            return Refusal("unknown-field", here)
        inner = _KINDS.get(kind, {}).get(name) if kind is not None else None
        found = _unknown_inside(inner, value, here)
        if found is not None:
            return found
    return None


def _unknown_inside(kind: type | None, value: Any, place: str) -> Refusal | None:
    if isinstance(value, _Pairs):
        return _unknown(kind, value, place)
    if isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            found = _unknown_inside(kind, item, f"{place}/{number}")
            if found is not None:
                return found
    return None


def _duplicate(value: Any, place: str) -> Refusal | None:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, inner in value:
            here = f"{place}/{_escape(name)}"
            if name in seen:
                return Refusal("duplicate-key", here)
            seen.add(name)
            found = _duplicate(inner, here)
            if found is not None:
                return found
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            found = _duplicate(item, f"{place}/{number}")
            if found is not None:
                return found
    return None


def _wrong_value(message: str) -> Refusal:
    missing = _MISSING.search(message)
    place = _PLACE.search(message)
    pointer = _pointer(place["path"]) if place else ""
    if missing:
        more = Say(f"{missing['name']} がありません。", f"{missing['name']} is missing.")
        return Refusal("bad-field", f"{pointer}/{missing['name']}", more)
    said = _PLACE.sub("", message) or _NO_SUCH_TEXT
    if said.startswith("JSON is malformed"):
        return Refusal("bad-json")
    return Refusal("bad-field", pointer or None, Say(_in_japanese(said), f"{said}."))


def _in_japanese(said: str) -> str:
    for pattern, text in _JAPANESE:
        match = pattern.search(said)
        if match:
            return text.format(*(_WORDS.get(word, word) for word in match.groups()))
    return f"値を確かめてください（{said}）。"


def _pointer(path: str) -> str:
    return "".join(f"/{step['key'] or step['index']}" for step in _STEP.finditer(path))


def _escape(name: str) -> str:
    """Return a field's name as a JSON pointer's step, cut short: a name is not a place to smuggle text into logs.

    A name with as many digits as a card number loses them: no answer ever holds a card number.
    """
    if sum(sign.isdigit() for sign in name) >= _CARD_DIGITS:
        name = "".join("*" if sign.isdigit() else sign for sign in name)
    name = name.encode("utf-8", "replace").decode()  # half a surrogate pair can not be said in UTF-8
    return name[:_MAX_NAME].replace("~", "~0").replace("/", "~1")
