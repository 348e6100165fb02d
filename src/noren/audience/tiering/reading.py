"""A file of tier rules, read strictly: what it says, or all that is wrong with it, where, and how to mend it. Pure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from noren.activity.tiers import Level, Measure, Rules, Title, Window
from noren.kernel.say import Say

_FORMS: Final[tuple[type[msgspec.Struct], ...]] = (Rules, Level, Title)
_KEYS: Final = sorted({name for form in _FORMS for name in form.__struct_encode_fields__})
_WORDS: Final = [each.value for kind in (Measure, Window) for each in kind]
_FIELD: Final = re.compile(r"(?P<what>unknown|missing required) field `(?P<name>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_NO_SUCH: Final = re.compile(r"Invalid enum value '(?P<value>[^']*)'(?: - at `\$(?P<at>[^`]*)`)?")
_AT: Final = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<at>[^`]*)`)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: where in the file (``level[1].threshold``), and what to do."""

    at: str
    say: Say


def read_rules(text: str) -> Rules | list[Problem]:
    """Return the rules of a TOML text, or what is wrong with it."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        return [Problem("", Say(f"TOMLとして読めません: {wrong}", f"This is no TOML: {wrong}"))]
    try:
        read = msgspec.convert(content, Rules)
    except msgspec.ValidationError as wrong:
        return [_said(str(wrong))]
    return list(_wrong(read)) or read


def _wrong(read: Rules) -> Iterator[Problem]:
    if (read.window is Window.LAST_MONTHS) != (read.months is not None):
        yield Problem(
            "months",
            Say(
                'window = "last-months" のときだけ、何か月かを書きます。',
                'Say how many with window = "last-months", and only then.',
            ),
        )
    if read.level[0].threshold:
        yield Problem(
            "level[0].threshold",
            Say("いちばん下のランクは 0 からです。", "The lowest level is from 0 on: everybody has one."),
        )
    seen: set[str] = set()
    for number, level in enumerate(read.level):
        if number and level.threshold <= read.level[number - 1].threshold:
            before = read.level[number - 1].threshold
            yield Problem(
                f"level[{number}].threshold",
                Say(f"前のランクの{before}より大きくしてください。", f"More than {before}, that of the level before."),
            )
        if level.id in seen:
            yield Problem(f"level[{number}].id", Say("同じ id が二度あります。", "The same id stands twice."))
        seen.add(level.id)


def _said(wrong: str) -> Problem:
    """Return a decoding message in words: where, what, and the nearest that would do."""
    if found := _FIELD.search(wrong):
        at = f"{found['at'] or ''}.{found['name']}".lstrip(".")
        if found["what"] != "unknown":
            return Problem(at, Say("ありません。書いてください。", "It is missing: write it."))
        return Problem(at, _near(found["name"], _KEYS, Say("というキーはありません。", "There is no such key.")))
    if found := _NO_SUCH.search(wrong):
        said = Say("という語はありません。", f"There is no {found['value']}.")
        return Problem((found["at"] or "").lstrip("."), _near(found["value"], _WORDS, said))
    found = _AT.match(wrong)
    assert found is not None, "it matches anything"
    return Problem((found["at"] or "").lstrip("."), Say(f"値が合いません: {found['what']}", f"{found['what']}."))


def _near(given: str, known: list[str], said: Say) -> Say:
    near = difflib.get_close_matches(given, known, n=1)
    ja, en = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    return Say(f"{given} {said.ja}{ja}", f"{said.en}{en}")
