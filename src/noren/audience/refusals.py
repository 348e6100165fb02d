"""Refusals of audiences: values with a word and what to say, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from noren.audience.language.problems import Problem
from noren.kernel.say import Say

NO_TIER: Final = Say(
    "このプログラムには、会員ランク(tier)の公開された決まりがまだありません。条件から外してください。",
    "This programme has no published rule for tier yet: take it out of the condition.",
)


class Word(StrEnum):
    """Why something was refused."""

    CONDITION = "condition"
    BAD_NAME = "bad-name"
    UNKNOWN = "unknown-audience"
    EXPIRED = "expired"
    NOT_APPROVED = "not-approved"
    OWN_APPROVAL = "own-approval"
    NEEDS_OFFICER = "needs-privacy-officer"
    FOREIGN = "other-companies"
    ALREADY = "already-approved"
    BUDGET = "budget-empty"
    BEHIND = "history-behind"
    NO_FIGURE = "no-figure"
    BROKEN = "budget-unknown"


@dataclass(frozen=True, slots=True)
class Refusal:
    """``problems``: of the condition, with their places in the text as it was given."""

    word: Word
    say: Say
    problems: tuple[Problem, ...] = ()
    renews: date | None = None


def unknown(name: str) -> Refusal:
    """Return the refusal of an audience that is not there."""
    return Refusal(
        Word.UNKNOWN,
        Say(
            f"対象者『{name}』はありません。noren audience list で確かめてください。",
            f"There is no audience “{name}”: see noren audience list.",
        ),
    )


def expired(name: str, on: date) -> Refusal:
    """Return the refusal of an audience whose time is over."""
    return Refusal(
        Word.EXPIRED,
        Say(
            f"対象者『{name}』の期限は{on}まででした。続けるなら、新しい期限で保存し直して承認を受けてください。",
            f"The audience “{name}” expired on {on}. To go on, save it with a new expiry and have it approved.",
        ),
    )


def wrong_condition(problems: tuple[Problem, ...]) -> Refusal:
    """Return the refusal of a condition with errors."""
    return Refusal(
        Word.CONDITION,
        Say("条件にまちがいがあるので、何もしていません。", "The condition has errors; nothing was done."),
        problems,
    )
