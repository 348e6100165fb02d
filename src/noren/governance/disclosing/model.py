"""Values of a disclosure: the document as data, and as sections of a paper. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from noren.kernel.say import Lang, Say

KIND: Final = "noren-disclosure"
VERSION: Final = 1
Side = Literal["identity", "ledger"]
TITLES: Final[Mapping[Side, Say]] = {
    "identity": Say("開示書(登録情報)", "Disclosure: your registration"),
    "ledger": Say("開示書(お買い物とポイント)", "Disclosure: your purchases and points"),
}
"""What each side's document is called."""


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A part of the paper: a heading, a sentence, and rows of text under heads (none: no table)."""

    title: Say
    note: Say
    heads: tuple[Say, ...] = ()
    rows: Sequence[Sequence[str | Say]] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """All that a side holds of a member. ``content``: as data, whose shape docs/reference/disclosure.md fixes."""

    side: Side
    made_on: date
    programme: Say
    content: Mapping[str, Any] = field(repr=False)
    sections: tuple[Section, ...] = field(repr=False)

    def as_json(self) -> bytes:
        """Return the document's file."""
        said = {
            "kind": KIND,
            "version": VERSION,
            "side": self.side,
            "made_on": self.made_on.isoformat(),
            "programme": both(self.programme),
            "content": self.content,
        }
        return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"

    def as_paper(self, lang: Lang) -> dict[str, Any]:
        """Return what the printer lays out, in one language."""
        made = Say(f"作成日 {self.made_on.isoformat()}", f"made on {self.made_on.isoformat()}")
        return {
            "lang": lang,
            "programme": self.programme(lang),
            "title": TITLES[self.side](lang),
            "made": made(lang),
            "sections": [_laid(each, lang) for each in self.sections],
        }


def both(say: Say) -> dict[str, str]:
    """Return a text in both languages, as data."""
    return {"ja": say.ja, "en": say.en}


def _laid(section: Section, lang: Lang) -> dict[str, Any]:
    rows = [[cell if isinstance(cell, str) else cell(lang) for cell in row] for row in section.rows]
    return {
        "title": section.title(lang),
        "note": section.note(lang),
        "heads": [head(lang) for head in section.heads],
        "rows": rows,
    }
