"""One thing that the doctor saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from noren.kernel.say import Say

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen and, where something is to be done, what."""

    level: Level
    what: Say
    advice: Say | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the finding as an object."""
        advice = self.advice
        return {
            "level": self.level,
            "what_ja": self.what.ja,
            "what_en": self.what.en,
            "advice_ja": advice.ja if advice else None,
            "advice_en": advice.en if advice else None,
        }
