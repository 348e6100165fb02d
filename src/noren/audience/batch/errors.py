"""Why an evaluation was not done."""

from __future__ import annotations

from noren.kernel.say import Say


class CannotEvaluate(Exception):
    """The evaluation can not be done with what was given; ``say`` tells what, why and how to mend it."""

    def __init__(self, say: Say) -> None:
        super().__init__(say.en)
        self.say = say


class FileWrong(CannotEvaluate):
    """A given file is not what it should be."""


class NotGiven(CannotEvaluate):
    """A condition needs a file or a column that was not given."""


class EngineAway(CannotEvaluate):
    """The engine asked for is not here."""
