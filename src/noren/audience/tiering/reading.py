"""A file of tier rules, read strictly: what it says, or all that is wrong with it, where, and how to mend it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from noren.activity.tiers import Level, Measure, Rules, Title, Window
from noren.audience.spec_file import Problem, formed, parsed, vocabulary_of
from noren.kernel.say import Say

_KNOWN: Final = vocabulary_of((Rules, Level, Title), (Measure, Window))


def read_rules(text: str) -> Rules | list[Problem]:
    """Return the rules of a TOML text, or what is wrong with it."""
    content = parsed(text)
    read = content if isinstance(content, Problem) else formed(content, Rules, _KNOWN)
    return [read] if isinstance(read, Problem) else list(_wrong(read)) or read


def _wrong(read: Rules) -> Iterator[Problem]:
    if (read.window is Window.LAST_MONTHS) != (read.months is not None):
        yield Problem(
            "months",
            Say(
                'window = "last-months" のときだけ、何か月かを書きます。',
                'Say how many with window = "last-months", and only then.',
            ),
        )
    if read.level[0].threshold:
        yield Problem(
            "level[0].threshold",
            Say("いちばん下のランクは 0 からです。", "The lowest level is from 0 on: everybody has one."),
        )
    seen: set[str] = set()
    for number, level in enumerate(read.level):
        if number and level.threshold <= read.level[number - 1].threshold:
            before = read.level[number - 1].threshold
            yield Problem(
                f"level[{number}].threshold",
                Say(f"前のランクの{before}より大きくしてください。", f"More than {before}, that of the level before."),
            )
        if level.id in seen:
            yield Problem(f"level[{number}].id", Say("同じ id が二度あります。", "The same id stands twice."))
        seen.add(level.id)
