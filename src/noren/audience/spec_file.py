"""Spec files (TOML), read strictly: a form filled, or what is wrong, where, with the nearest that would do. Pure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from noren.kernel.say import Say

T = TypeVar("T")

_FIELD: Final = re.compile(r"(?P<what>unknown|missing required) field `(?P<name>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_NO_SUCH: Final = re.compile(r"Invalid enum value '(?P<value>[^']*)'(?: - at `\$(?P<at>[^`]*)`)?")
_AT: Final = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<at>[^`]*)`)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: where in the file (``issue.rate``), and what to do."""

    at: str
    say: Say


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may stand in a kind of file: keys, and words where one of some is to be chosen."""

    keys: tuple[str, ...]
    words: tuple[str, ...]


def vocabulary_of(forms: Iterable[type[msgspec.Struct]], kinds: Iterable[type[StrEnum]]) -> Vocabulary:
    """Return the vocabulary of a file's forms and of the enumerations in them."""
    keys = {name for form in forms for name in form.__struct_encode_fields__}
    return Vocabulary(tuple(sorted(keys)), tuple(each.value for kind in kinds for each in kind))


def parsed(text: str) -> dict[str, Any] | Problem:
    """Return what a TOML text holds."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        return Problem("", Say(f"TOMLとして読めません: {wrong}", f"This is no TOML: {wrong}"))


def formed(content: dict[str, Any], form: type[T], known: Vocabulary) -> T | Problem:
    """Return a form filled with a file's content."""
    try:
        return msgspec.convert(content, form)
    except msgspec.ValidationError as wrong:
        return _said(str(wrong), known)


def _said(wrong: str, known: Vocabulary) -> Problem:
    """Return a decoding message in words."""
    if found := _FIELD.search(wrong):
        at = f"{found['at'] or ''}.{found['name']}".lstrip(".")
        if found["what"] != "unknown":
            return Problem(at, Say("ありません。書いてください。", "It is missing: write it."))
        return Problem(at, _near(found["name"], known.keys, Say("というキーはありません。", "There is no such key.")))
    if found := _NO_SUCH.search(wrong):
        said = Say("という語はありません。", f"There is no {found['value']}.")
        return Problem((found["at"] or "").lstrip("."), _near(found["value"], known.words, said))
    found = _AT.match(wrong)
    assert found is not None, "it matches anything"
    return Problem((found["at"] or "").lstrip("."), Say(f"値が合いません: {found['what']}", f"{found['what']}."))


def _near(given: str, known: tuple[str, ...], said: Say) -> Say:
    near = difflib.get_close_matches(given, known, n=1)
    ja, en = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    return Say(f"{given} {said.ja}{ja}", f"{said.en}{en}")
