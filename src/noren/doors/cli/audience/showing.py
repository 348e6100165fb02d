"""What ``noren audience`` shows: a JSON object, or each problem with a mark under its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import typer

from noren.audience.language.problems import Place, Problem
from noren.doors.cli.here import Here
from noren.kernel.say import Lang, Say

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_SHOWN: Final = 100
_LEAD: Final = 30
ERROR: Final = Say("まちがい", "Error")
WARNING: Final = Say("注意", "Warning")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; ``cost`` None: it could not be told."""

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    cost: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the condition may be used."""
        return not self.errors


def tell_checked(at: Here, checked: Checked, text: str) -> None:
    """Print what a check found: the JSON object on stdout, or lines for people."""
    if at.as_json:
        at.answer(
            {
                "ok": checked.ok,
                "errors": [row(problem, at.lang) for problem in checked.errors],
                "warnings": [row(problem, at.lang) for problem in checked.warnings],
                "cost": checked.cost,
            }
        )
        return
    tell_problems(checked.errors, text, at.lang, ERROR)
    tell_problems(checked.warnings, text, at.lang, WARNING)
    if checked.ok:
        at.say(f"使えます(コスト {checked.cost})。", f"It can be used (cost {checked.cost}).")


def row(problem: Problem, lang: Lang) -> dict[str, object]:
    """Return a problem as ``--json`` shows it."""
    return {
        "line": problem.place.line,
        "column": problem.place.column,
        "code": problem.code,
        "message": problem.say(lang),
        "suggestion": problem.suggestion,
    }


def tell_problems(found: Iterable[Problem], text: str, lang: Lang, kind: Say, *, err: bool = False) -> None:
    """Print problems, each with a mark under its place; ``err``: on stderr."""
    for problem in found:
        place = problem.place
        where = Say(f"{place.line}行{place.column}文字目", f"line {place.line}, character {place.column}")
        typer.echo(f"{kind(lang)} [{problem.code}] {where(lang)}: {problem.say(lang)}", err=err)
        for line in marked(text, place):
            typer.echo(f"    {line}", err=err)
        if problem.suggestion is not None:
            typer.echo(f"    {Say('案', 'Try')(lang)}: {problem.suggestion}", err=err)


def marked(text: str, place: Place) -> tuple[str, str]:
    """Return the line of a place, cut to what can be shown, and a mark under it."""
    lines = _LINE_END.split(text)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    at = place.column - 1
    begin = max(0, at - _LEAD) if len(line) > _SHOWN else 0
    shown = "".join(sign if sign.isprintable() else " " for sign in line[begin : begin + _SHOWN])
    length = max(1, min(place.end - place.start, len(line) - at, _SHOWN - (at - begin)))
    before, under = shown[: at - begin], shown[at - begin : at - begin + length]
    return shown, " " * width(before) + "^" * max(1, width(under))


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else not unicodedata.combining(sign) for sign in text)
