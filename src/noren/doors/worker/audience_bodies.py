"""What the inner door takes and gives of audiences: definitions, guarded figures, commitments. Never a member.

No answer has a field that could carry a handle, a member's number, a set or an exact count; the wall test
`tests/walls/test_no_members_listed.py` reads these types.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from noren.audience.model import Channel

Word = Annotated[str, msgspec.Meta(max_length=1_000, pattern=r"\A[^\x00]*\Z")]
Text = Annotated[str, msgspec.Meta(max_length=65_536)]
MAX_MINIMUM = 1_000_000


class CheckBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition to look at; ``recipient``: the company that issues the slip."""

    text: Text
    recipient: Word | None = None


class SaveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An audience to save. ``minimum`` None: the programme's."""

    name: Word
    text: Text
    purpose: Word
    recipient: Word
    channel: Channel
    expires: date
    author: Word
    minimum: Annotated[int, msgspec.Meta(ge=1, le=MAX_MINIMUM)] | None = None
    with_young: bool = False


class ApproveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An audience to approve."""

    name: Word
    approver: Word


class NameBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An audience by name."""

    name: Word


class TextBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition that is not saved, with the guards that change who is in its set."""

    text: Text
    purpose: Word
    recipient: Word
    channel: Channel


class CountBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose number is asked for: of a saved audience, or of a text. ``reach``: by every channel, each at its cost."""

    asker: Word
    name: Word | None = None
    draft: TextBody | None = None
    reach: bool = False


class OverlapBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two saved audiences whose overlap is asked for."""

    asker: Word
    name: Word
    other: Word


class AskerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose budget is asked for."""

    asker: Word


class ReopenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A commitment to look at again."""

    name: Word
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    day: date


class Both(msgspec.Struct, frozen=True):
    """A text in both languages."""

    ja: str
    en: str


class ProblemAnswer(msgspec.Struct, frozen=True):
    """A problem of a condition; ``start`` and ``end`` count characters of its text from 0."""

    code: str
    line: int
    column: int
    start: int
    end: int
    say: Both
    suggestion: str | None


class RefusalAnswer(msgspec.Struct, frozen=True):
    """Why something was not done. ``problems``: of the condition, with their places in the text that was sent."""

    word: str
    reason_ja: str
    reason_en: str
    problems: list[ProblemAnswer] = []
    renews: date | None = None


class CheckAnswer(msgspec.Struct, frozen=True):
    """What is to be said of a condition in this programme."""

    errors: list[ProblemAnswer]
    warnings: list[ProblemAnswer]
    cost: int | None


class VersionAnswer(msgspec.Struct, frozen=True):
    """A version of an audience, as it was defined."""

    name: str
    version: int
    state: Literal["draft", "approved", "replaced", "expired"]
    text: str
    sentence: Both
    canonical: str
    purpose: str
    recipient: str
    channel: Channel
    expires: date
    minimum: int
    with_young: bool
    sensitive: bool
    other_companies: bool
    author: str
    saved_on: date
    approver: str | None
    approved_on: date | None


class SavedAnswer(msgspec.Struct, frozen=True):
    """A version that was saved; ``changed`` False: the newest said the same already."""

    audience: VersionAnswer
    changed: bool
    warnings: list[ProblemAnswer]


class VersionsAnswer(msgspec.Struct, frozen=True):
    """Versions of audiences."""

    audiences: list[VersionAnswer]


class FigureAnswer(msgspec.Struct, frozen=True):
    """About how many people a channel reaches: rounded and noisy; None: too few. ``widen``: what might be widened."""

    channel: Channel
    about: int | None
    say: Both
    widen: list[Both]


class CountAnswer(msgspec.Struct, frozen=True):
    """Figures as of the end of a day, what each new one costs, and what the asker has left this month.

    ``noise_band``: how many people noise moves a figure by at most, 95 times of 100.
    """

    as_of: date
    figures: list[FigureAnswer]
    noise_band: int
    epsilon: float
    left: float


class OverlapAnswer(msgspec.Struct, frozen=True):
    """How much two audiences have in common, in bands; ``band`` None: too few. Else as ``CountAnswer``."""

    as_of: date
    band: str | None
    say: Both
    epsilon: float
    left: float


class BudgetAnswer(msgspec.Struct, frozen=True):
    """What is left of the budgets for figures in a month, in epsilon."""

    month: str
    figure: float
    asker_left: float
    programme_left: float
    renews: date


class CommitmentAnswer(msgspec.Struct, frozen=True):
    """A commitment: which version, which day, its root in hexadecimal."""

    name: str
    version: int
    day: date
    commitment: str


class ReopenAnswer(msgspec.Struct, frozen=True):
    """Whether a commitment still opens."""

    opens: bool
