"""What is wrong with a condition: as a node's constructor says it, and as a reader of the text is told."""

from __future__ import annotations

from dataclasses import dataclass

from noren.audience.language.codes import ERRORS, WARNINGS
from noren.kernel.say import Say


class Wrong(ValueError):
    """A node that would mean nothing was about to be built; ``field`` is the argument that is to blame."""

    def __init__(self, code: str, field: str, say: Say, suggestion: str | None = None) -> None:
        super().__init__(f"{code}: {say.en}")
        self.code = code
        self.field = field
        self.say = say
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text: line and column count characters from 1; ``start`` and ``end`` are offsets from 0."""

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a warning. ``suggestion`` is text of the language, to be put where it says, or None."""

    code: str
    place: Place
    say: Say
    suggestion: str | None = None

    def __post_init__(self) -> None:
        assert self.code in ERRORS or self.code in WARNINGS, f"{self.code} stands in no table of codes"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text or JSON is no condition: at least one problem, in the order of the text."""

    problems: tuple[Problem, ...]


class NotRead(Exception):
    """The text could not be read on from here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
