"""The canonical text and JSON of a condition: one of each per tree.

The JSON is UTF-8, keys sorted, no white space. ``to_json`` writes it, ``from_json`` takes nothing
else: what would be written differently is refused.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

import msgspec

from noren.audience.language.nodes import Condition
from noren.audience.language.problems import Place, Problem, Refused, Wrong
from noren.audience.language.shapes import Misshapen, hear, tell
from noren.audience.language.writing import text_of
from noren.kernel.say import Say

VERSION: Final = 1
LIMIT_BYTES: Final = 65_536
_DEEPEST: Final = 160
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_START: Final = Place(1, 1, 0, 0)
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def to_text(condition: Condition) -> str:
    """Return the canonical text, which reads back as this very condition."""
    return text_of(condition.root)


def to_json(condition: Condition) -> bytes:
    """Return the canonical JSON."""
    return _ENCODER.encode(to_tree(condition))


def to_tree(condition: Condition) -> dict[str, object]:
    """Return what the canonical JSON holds, as dicts, lists and scalars."""
    return {"version": VERSION, "condition": tell(condition.root)}


def from_json(raw: bytes | str) -> Condition | Refused:
    """Return the condition of a canonical JSON, or why it is none."""
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    try:
        condition = _read(data)
    except Misshapen as wrong:
        return _refused(
            "bad-json", Say(f"条件のJSONとして読めません: {wrong.ja}。", f"Not a condition's JSON: {wrong.en}.")
        )
    except Wrong as wrong:
        return _refused(wrong.code, wrong.say)
    if to_json(condition) != data:
        say = Say(
            "正準形のJSONではありません(キーの順、空白、数の書き方、重複など)。noren が書いたとおりに渡します。",
            "Not canonical (order of keys, white space, spelling of numbers, doubles): give it as noren wrote it.",
        )
        return _refused("not-canonical", say)
    return condition


def _refused(code: str, say: Say) -> Refused:
    return Refused((Problem(code, _START, say),))


def _read(data: bytes) -> Condition:
    if len(data) > LIMIT_BYTES:
        raise Misshapen(f"{LIMIT_BYTES}バイトを超えています", f"longer than {LIMIT_BYTES} bytes")
    if _nesting(data) > _DEEPEST:
        raise Misshapen("入れ子が深すぎます", "nested too deeply")
    try:
        found: object = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Misshapen("JSONではありません", "not JSON") from wrong
    if not isinstance(found, dict):
        raise Misshapen("オブジェクトではありません", "not an object")
    whole = cast("dict[str, Any]", found)
    if whole.keys() != {"version", "condition"} or whole["version"] != VERSION:
        raise Misshapen(f"version {VERSION} と condition が要ります", f"wants version {VERSION} and condition")
    return Condition(hear(whole["condition"], "node"))


def _nesting(data: bytes) -> int:
    """Return how deep brackets nest, so that no reader runs out of stack."""
    depth = deepest = 0
    for sign in _STRING.sub(b"", data):
        depth += (sign in b"{[") - (sign in b"}]")
        deepest = max(deepest, depth)
    return deepest
