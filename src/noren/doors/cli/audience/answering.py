"""What the ledger-worker said of a condition or a refusal, shown as ``check`` shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import msgspec
import typer

from noren.audience.language.problems import Place, Problem
from noren.doors.cli.answers import refusal_text
from noren.doors.cli.audience.showing import Checked, marked
from noren.doors.cli.here import Here
from noren.kernel.say import Say


def tell_refusal(at: Here, body: bytes, status: int, text: str) -> None:
    """Tell why something was refused: on stderr for people, as one object with ``--json``."""
    said = refusal_text(status, body)
    found: dict[str, Any] = {}
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        found = msgspec.json.decode(body, type=dict[str, Any])
    problems = found.get("problems", [])
    if at.as_json:
        at.answer({"refused": found.get("word", ""), "reason": said(at.lang), "renews": found.get("renews"),
                   "errors": [row(problem, at) for problem in problems]})  # fmt: skip
        return
    at.aside(said.ja, said.en)
    tell_problems(at, problems, text, Say("誤り", "Error"))


def tell_problems(at: Here, problems: Iterable[dict[str, Any]], text: str, kind: Say) -> None:
    """Tell problems on stderr, each with a mark under its place."""
    for problem in problems:
        where = Say(
            f"{problem['line']}行{problem['column']}文字目", f"line {problem['line']}, character {problem['column']}"
        )
        head = f"{kind(at.lang)} [{problem['code']}] {where(at.lang)}: {problem['say'][at.lang]}"
        typer.echo(head, err=True)
        place = Place(problem["line"], problem["column"], problem["start"], problem["end"])
        for line in marked(text, place):
            typer.echo(f"    {line}", err=True)
        if problem["suggestion"] is not None:
            typer.echo(f"    {Say('案', 'Try')(at.lang)}: {problem['suggestion']}", err=True)


def checked_of(said: dict[str, Any]) -> Checked:
    """Return what the ledger-worker said of a condition, as ``check`` shows it."""
    errors, warnings = (tuple(problem_of(each) for each in said[kind]) for kind in ("errors", "warnings"))
    return Checked(errors, warnings, said["cost"])


def problem_of(said: dict[str, Any]) -> Problem:
    """Return a problem as the language has it."""
    place = Place(said["line"], said["column"], said["start"], said["end"])
    return Problem(said["code"], place, Say(said["say"]["ja"], said["say"]["en"]), said["suggestion"])


def row(problem: dict[str, Any], at: Here) -> dict[str, object]:
    """Return a problem as ``check --json`` shows it."""
    return {
        "line": problem["line"],
        "column": problem["column"],
        "code": problem["code"],
        "message": problem["say"][at.lang],
        "suggestion": problem["suggestion"],
    }
