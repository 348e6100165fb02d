"""A file of papers: TOML in whatever encoding offices use, its codes and dates with full-width signs or by era."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any, Final, cast

from noren.doors.cli.files.dates import read_day, read_instant
from noren.doors.cli.files.encodings import detect
from noren.doors.cli.files.spelling import half_width
from noren.doors.cli.here import refuse
from noren.governance.announced.papers import Paper, PaperProblem, read_papers
from noren.kernel.say import Say

MAX_BYTES: Final = 4_000_000
_WORDS: Final = (
    "id", "kind", "items", "scope", "purposes", "purpose", "recipient", "notice", "route", "country", "door", "channel",
    "joins", "needs",
)  # fmt: skip
"""Keys whose values are codes: full-width signs in them are half-width ones."""

_INSTANTS: Final = ("effective", "group_since", "group_until")
_DAYS: Final = ("on",)


def read_file(path: Path, zone: tzinfo) -> list[Paper]:
    """Return what a file puts forward; days are midnights of the programme's zone.

    Raises:
        Refusal: it can not be read, is no TOML, or holds what no form knows.
        FileProblem: it is in an encoding that is not read.
    """
    try:
        content = tomllib.loads(_text(path))
        return read_papers(cast(dict[str, Any], _tidied(content, zone)))
    except tomllib.TOMLDecodeError as wrong:
        refuse(
            f"{path.name} は TOML として読めません({wrong})。= や引用符が全角になっていないか確かめてください。",
            f"{path.name} can not be read as TOML ({wrong}). Look for full-width = or quotation marks.",
        )
    except PaperProblem as wrong:
        refuse(f"{path.name}: {wrong.say.ja}", f"{path.name}: {wrong.say.en}")


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        refuse(f"{path} を読めません: {wrong.strerror}", f"{path} can not be read: {wrong.strerror}")
    if len(raw) > MAX_BYTES:
        refuse(
            f"{path} は大きすぎます({MAX_BYTES >> 20} MBまで)。", f"{path} is too large: {MAX_BYTES >> 20} MB at most."
        )
    encoding = detect(raw[:4], raw.splitlines())
    try:
        return encoding.decode(raw.removeprefix(encoding.mark)).replace("\r\n", "\n")
    except UnicodeDecodeError:
        refuse(
            f"{path} を {encoding.name} として読めません。UTF-8で保存し直してください。",
            f"{path} can not be read as {encoding.name}. Save it again as UTF-8.",
        )


def _tidied(value: Any, zone: tzinfo, key: str = "") -> Any:
    match value:
        case Mapping():
            return {name: _tidied(each, zone, name) for name, each in cast(Mapping[str, Any], value).items()}
        case list():
            return [_tidied(each, zone, key) for each in cast(list[Any], value)]
        case str() if key in _WORDS:
            return half_width(value)
        case str() | date() if key in (*_INSTANTS, *_DAYS):
            return _day(value, key) if key in _DAYS else instant_of(value, zone, key)
        case _:
            return value


def instant_of(value: str | date, zone: tzinfo, key: str) -> datetime:
    """Return the instant that a day or an instant names; a day is its first moment in the programme's zone.

    Raises:
        Refusal: it names none.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, str):
        text = half_width(value)
        read: date | Say = read_day(text)
        read = read_instant(text, zone) if isinstance(read, Say) else read
        if isinstance(read, Say):
            refuse(f"{key}: {read.ja}", f"{key} {read.en}")
        value = read
    return value if isinstance(value, datetime) else datetime.combine(value, time(), zone)


def _day(value: str | date, key: str) -> date:
    if isinstance(value, date):
        return value
    read = read_day(half_width(value))
    if isinstance(read, Say):
        refuse(f"{key}: {read.ja}", f"{key} {read.en}")
    return read
