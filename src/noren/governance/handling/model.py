"""Values of the page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page must know besides the register: the programme's own settings. Days unless said.

    ``keep_months``: after how many lines become sums; None: nothing does that. ``erased_hours``: until what was
    erased is in no file. ``cleanrooms``, ``mail``: whether that is done at all.
    ``dormant_months``: after how many a member of whom nothing was heard is erased (0: never).
    """

    programme: Say
    keep_months: int | None
    receipt_days: int
    erased_hours: int
    backup_days: int
    extract_days: int
    cleanrooms: bool = False
    mail: bool = False
    dormant_months: int = 0
    dormant_notice_days: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer, paragraph by paragraph. ``rests_on``: the documents it was made of, with versions."""

    id: str
    question: Say
    answer: tuple[Say, ...]
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Footnote:
    """A term of the page, defined. ``mark``: as it stands in the text, like ``※1``."""

    mark: str
    says: Say


@dataclass(frozen=True, slots=True)
class Page:
    """The page at an instant."""

    at: datetime
    programme: Say
    answers: tuple[Answered, ...]
    footnotes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became different at an instant: by question, the answer before and after (None: there was none)."""

    at: datetime
    questions: Mapping[str, tuple[Answered | None, Answered | None]] = field(
        default_factory=dict[str, tuple[Answered | None, Answered | None]]
    )
