"""Why a version is not announced: a word, what and why, and what to do, in Japanese and English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noren.kernel.say import Say


class Rule(StrEnum):
    """The rules of announcing. A word that stands is never renamed."""

    BACK_DATED = "back-dated"
    NOTICE_TOO_SHORT = "notice-too-short"
    UNKNOWN_PARTY = "unknown-party"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_PURPOSE = "unknown-purpose"
    UNKNOWN_NOTICE = "unknown-notice"
    NOTHING_TO_REMOVE = "nothing-to-remove"
    NOTHING_CHANGES = "nothing-changes"
    NEEDS_NEW_CONSENT = "needs-new-consent"
    INCOMPLETE = "incomplete"
    SPECIAL_CARE_OPT_OUT = "special-care-opt-out"
    WORDING = "wording"
    TEXT_MISSING = "text-missing"


@dataclass(frozen=True, slots=True)
class NotAnnounced:
    """A version that is not announced. ``id``: of its document; ``says``: what and why; ``fix``: what to do."""

    id: str
    rule: Rule
    says: Say
    fix: Say
