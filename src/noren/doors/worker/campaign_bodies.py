"""What the inner door takes and gives of campaigns: definitions, steps, guarded figures. Never a member, never a share.

No answer has a field that could carry a handle, a ticket, a set or an exact count of members.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Word = Annotated[str, msgspec.Meta(max_length=1_000, pattern=r"\A[^\x00]*\Z")]
Text = Annotated[str, msgspec.Meta(max_length=131_072)]
Share = Annotated[str, msgspec.Meta(pattern=r"\A(0\.[0-9]{0,5}[1-9]|1)\Z")]
Hashed = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Sealed = Annotated[bytes, msgspec.Meta(min_length=32, max_length=200)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class DraftBody(_Body, frozen=True):
    """A campaign's file as its author wrote it, with the commitment to her share and the share sealed to the till."""

    text: Text
    author: Word
    share_hash: Hashed
    sealed: Sealed


class ApproveBody(_Body, frozen=True):
    """An approval, with the approver's share. ``step``: as which of two, for the share is sealed for that."""

    campaign: Word
    approver: Word
    step: Annotated[int, msgspec.Meta(ge=1, le=2)]
    share_hash: Hashed
    sealed: Sealed


class StepBody(_Body, frozen=True):
    """A campaign that somebody starts, stops or reveals."""

    campaign: Word
    by: Word


class NameBody(_Body, frozen=True):
    """A campaign by its id."""

    campaign: Word


class SimulateBody(_Body, frozen=True):
    """A campaign to be tried over past days, and who asks. ``days`` None: as many as it has.

    ``entering``: which part of those who fit is supposed to enter, a decimal text; it is no figure and costs nothing.
    """

    campaign: Word
    asker: Word
    days: Annotated[int, msgspec.Meta(ge=1, le=400)] | None = None
    entering: Share = "1"


class Both(msgspec.Struct, frozen=True):
    """A text in both languages."""

    ja: str
    en: str


class ProblemAnswer(msgspec.Struct, frozen=True):
    """What is wrong, or to be looked at: where in the file, and how to mend it."""

    at: str
    say: Both


class RefusalAnswer(msgspec.Struct, frozen=True):
    """A refusal."""

    word: str
    reason_ja: str
    reason_en: str
    problems: list[ProblemAnswer]


class StepAnswer(msgspec.Struct, frozen=True):
    """A person's step."""

    who: str
    at: str
    share_hash: str
    place: int


class CampaignAnswer(msgspec.Struct, frozen=True):
    """A campaign as it was defined, and how far it is. Hashes in hex; empty as long as it has not come to that.

    ``file``: its canonical JSON; ``sentence``: the condition in words, for who approves it beside the slip.
    """

    campaign: str
    state: str
    says: Both
    file: str
    sentence: Both
    title: Both
    terms: str
    terms_hash: str
    steps: list[StepAnswer]
    first: str
    until: str
    reveal_from: str
    ready: bool
    started: str = ""
    stopped: str = ""
    seed: str = ""
    shares: list[str] = []


class CampaignsAnswer(msgspec.Struct, frozen=True):
    """Campaigns."""

    campaigns: list[CampaignAnswer]


class FindingAnswer(msgspec.Struct, frozen=True):
    """What does not fit, and where: a draw, a purchase, a step or a log entry by its number."""

    wrong: str
    at: str
    say: Both


class AuditAnswer(msgspec.Struct, frozen=True):
    """What an audit found. ``found``: how many of each kind; ``notes``: what could not be told."""

    campaign: str
    good: bool
    findings: list[FindingAnswer]
    found: dict[str, int]
    counted: dict[str, int]
    notes: list[Both]


class SimulationAnswer(msgspec.Struct, frozen=True):
    """What a campaign would have come to over past days, from private figures. None: too few people.

    ``noise_band``: how many members noise moves the figure by at most, 95 times of 100; ``held_by``: the cap
    that holds the slips down; ``sales_enough`` None: nothing bounds what is given away.
    """

    campaign: str
    first: str
    last: str
    members: int | None
    noise_band: int
    draws: int | None
    slips: int | None
    cost: int | None
    held_by: str
    minimum: int
    sales_needed: int | None
    sales_enough: bool | None
    assumes: list[Both]


class LiftAnswer(msgspec.Struct, frozen=True):
    """How much more a member of the drawn-for group spent than one of the holdout, with its 95 % interval."""

    difference: int
    low: int
    high: int
    counted_as: int
    tells: bool


class ResultAnswer(msgspec.Struct, frozen=True):
    """What a campaign came to. Counts are rounded; None: too few to be told, or not to be told before the end.

    ``days``: how long a member's spending was looked at, from her first draw on; ``entered`` None too where none is
    asked for.
    """

    campaign: str
    state: str
    issued: int | None
    spent: int | None
    open: int | None
    used: int | None
    void: int | None
    over: bool
    minimum: int
    days: int
    reached: int | None
    holdout: int | None
    smallest_group: int
    lift: LiftAnswer | None
    entry: bool = False
    entered: int | None = None


class SteppedAnswer(msgspec.Struct, frozen=True):
    """A campaign after a step, with what is to be looked at."""

    campaign: CampaignAnswer
    warnings: list[ProblemAnswer]
