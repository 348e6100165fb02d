"""The one spelling of a body: JSON as RFC 8785 writes it, so that equal bodies are equal bytes.

Of that form we take what documents need: texts, whole numbers, true and false, nothing, lists, and objects whose
names are ASCII (so that any order of characters is the same order). There is no number with a fraction in a
document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

_EXACT: Final = 2**53
"""From here on, numbers of JSON are no longer exact everywhere."""


def canonical(body: object) -> str:
    """Return the canonical text of a body. A float, a large number or a name not ASCII is a programmer's error."""
    _check(body)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _check(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int():
            assert -_EXACT < value < _EXACT, "a number in a document is exact everywhere"
        case list() | tuple():
            for each in cast(list[Any], value):
                _check(each)
        case Mapping():
            for name, each in cast(Mapping[Any, Any], value).items():
                assert isinstance(name, str), "names in a document are texts"
                assert name.isascii(), "names in a document are ASCII"
                _check(each)
        case _:
            raise AssertionError(f"a document holds no {type(value).__name__}")
