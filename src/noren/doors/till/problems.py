"""Refusals on the wire: RFC 9457 problem+json, in the language that the till asked for."""

from __future__ import annotations

from typing import Final

import msgspec

from noren.kernel.say import Lang
from noren.register.refusals import PROBLEMS, Refusal

MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:noren:problem:"


class ProblemBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a refusal. ``field``: JSON pointer of the field at fault."""

    type: str
    title: str
    status: int
    detail: str
    fix: str
    field: str | None = None


def problem_body(refusal: Refusal, lang: Lang) -> ProblemBody:
    """Return what a refusal says: what, why, and how to fix it."""
    problem = PROBLEMS[refusal.problem]
    detail = _detail(refusal, lang)
    return ProblemBody(
        URN + refusal.problem, problem.title(lang), problem.status, detail, problem.fix(lang), refusal.field
    )


def _detail(refusal: Refusal, lang: Lang) -> str:
    title = PROBLEMS[refusal.problem].title(lang)
    where = f"（{refusal.field}）" if lang == "ja" else f" ({refusal.field})"
    stop = "。" if lang == "ja" else "."
    said = title + (where if refusal.field else "") + stop
    if refusal.more is None:
        return said
    return said + ("" if lang == "ja" else " ") + refusal.more(lang)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return PROBLEMS[refusal.problem].status


def language(accept: str | None) -> Lang:
    """Return the language of an Accept-Language header: Japanese unless English is asked for first."""
    return "en" if (accept or "").lstrip().lower().startswith("en") else "ja"
