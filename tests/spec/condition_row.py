"""A row of the marketer's table: one condition in all its forms."""

from __future__ import annotations

from dataclasses import dataclass

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Row:
    """What the marketer wants, how it is written, its canonical JSON, and how it is said."""

    title: Say
    text: str
    json: str
    staff: str
    member: str
    english: str
