"""A refusal about a case: the rule's name, what and why, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a step is not taken."""

    rule: str
    says: Say
    fix: Say
