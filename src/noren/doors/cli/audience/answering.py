"""What the ledger-worker said of a condition or a refusal, shown as ``check`` shows it."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec

from noren.audience.language.problems import Place, Problem
from noren.doors.cli.answers import refusal_text
from noren.doors.cli.audience.showing import ERROR, Checked, row, tell_problems
from noren.doors.cli.here import Here
from noren.kernel.say import Say


def tell_refusal(at: Here, body: bytes, status: int, text: str) -> None:
    """Tell why something was refused: on stderr for people, as one object with ``--json``."""
    said = refusal_text(status, body)
    found: dict[str, Any] = {}
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        found = msgspec.json.decode(body, type=dict[str, Any])
    problems = [problem_of(each) for each in found.get("problems", [])]
    if at.as_json:
        at.answer({"refused": found.get("word") or found.get("rule", ""), "reason": said(at.lang),
                   "renews": found.get("renews"),
                   "errors": [row(problem, at.lang) for problem in problems]})  # fmt: skip
        return
    at.aside(said.ja, said.en)
    tell_problems(problems, text, at.lang, ERROR, err=True)


def checked_of(said: dict[str, Any]) -> Checked:
    """Return what the ledger-worker said of a condition, as ``check`` shows it."""
    errors, warnings = (tuple(problem_of(each) for each in said[kind]) for kind in ("errors", "warnings"))
    return Checked(errors, warnings, said["cost"])


def problem_of(said: dict[str, Any]) -> Problem:
    """Return a problem as the language has it."""
    place = Place(said["line"], said["column"], said["start"], said["end"])
    return Problem(said["code"], place, Say(said["say"]["ja"], said["say"]["en"]), said["suggestion"])
