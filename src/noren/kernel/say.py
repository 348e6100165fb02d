"""A text in both languages: whatever a person may read is made of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Say:
    """One text, Japanese and English."""

    ja: str
    en: str

    def __call__(self, lang: Lang) -> str:
        """Return the text in ``lang``."""
        return self.ja if lang == "ja" else self.en
